//! Which scheduler a card has, whatever happens around it: a stored state is the replay of the card's log under the
//! scheduler of its deck, and what a button says is what it does.
//! Not for what a scheduler computes (`schedule/laws.rs`) or for the commands (`scheduling.rs`).

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;
use retain::app::front::{Action, Front, Scene};
use retain::app::schedulers::{Choice, Choices};
use retain::card::CardUid;
use retain::review::{Grade, LogEntry, Purpose};
use retain::schedule::catalogue::{self, NAMES, Options};
use retain::schedule::replay::{CardRecord, effective, replay};
use retain::session::{Event, Record, Session};

use crate::world::{Seat, World, plain_deck};

/// A front end that does what it is told, then leaves.
#[derive(Default)]
struct Hand(VecDeque<Action>);

impl Front for Hand {
    fn next(&mut self, _: &Scene<'_>) -> std::io::Result<Action> {
        Ok(self.0.pop_front().unwrap_or(Action::Leave))
    }
    fn saved(&mut self, _: &Record) -> std::io::Result<()> {
        Ok(())
    }
    fn retracted(&mut self, _: CardUid) -> std::io::Result<()> {
        Ok(())
    }
    fn history(&mut self, _: &Scene<'_>, _: &[LogEntry]) -> std::io::Result<()> {
        Ok(())
    }
    fn edit(&mut self, _: &str, _: &std::path::Path, _: usize) -> std::io::Result<bool> {
        Ok(true)
    }
}

fn act(seat: &mut Seat, session: &mut Session, events: impl IntoIterator<Item = Event>) {
    let _ = seat.run_front(session, &mut Hand(events.into_iter().map(Action::Event).collect()));
}

fn grade() -> impl Strategy<Value = Grade> {
    (0_usize..4).prop_map(|place| Grade::ALL[place])
}

const CARDS: usize = 6;
const DECKS: [&str; 3] = ["a", "b", "c"];

/// What happens around the cards.
#[derive(Clone, Debug)]
enum Deed {
    Answer(Grade),
    Undo,
    /// An undo from the command line.
    UndoLast,
    /// Days pass, and a new sitting begins.
    Sleep(u8),
    /// A card is written into another deck.
    Move(usize, usize),
    /// A card is taken out of all decks, or put back where it was.
    Hide(usize),
    /// A deck's file goes, or comes back.
    Vanish(usize),
    /// A deck gets a scheduler of its own, or follows the collection again.
    Choose(usize, Option<usize>),
    /// The collection gets another scheduler.
    Collection(usize),
    /// `config.toml` names another scheduler, where the collection has no choice of its own.
    Settings(usize),
    /// The histories of two cards are exchanged.
    Relink(usize, usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let (card, deck, name) = (0..CARDS, 0..DECKS.len(), 0..NAMES.len());
    prop_oneof![
        12 => grade().prop_map(Deed::Answer),
        2 => Just(Deed::Undo),
        1 => Just(Deed::UndoLast),
        3 => (1_u8..30).prop_map(Deed::Sleep),
        4 => (card.clone(), deck.clone()).prop_map(|(card, deck)| Deed::Move(card, deck)),
        1 => card.clone().prop_map(Deed::Hide),
        1 => deck.clone().prop_map(Deed::Vanish),
        3 => (deck, proptest::option::of(name.clone())).prop_map(|(deck, name)| Deed::Choose(deck, name)),
        1 => name.clone().prop_map(Deed::Collection),
        1 => name.prop_map(Deed::Settings),
        1 => (card.clone(), card).prop_map(|(one, other)| Deed::Relink(one, other)),
    ]
}

/// What stands where: the model beside the database.
struct Model {
    decks: [usize; CARDS],
    hidden: [bool; CARDS],
    vanished: [bool; 3],
    own: [Option<usize>; 3],
    collection: usize,
    chosen: bool,
}

impl Model {
    fn write(&self, world: &World) {
        for (number, name) in DECKS.into_iter().enumerate() {
            if self.vanished[number] {
                let _ = std::fs::remove_file(world.deck_path(name));
                continue;
            }
            let cards: String = (0..CARDS)
                .filter(|&card| self.decks[card] == number && !self.hidden[card])
                .map(|card| {
                    format!("Q: What is number {card} of all?\nA: answer {card}\n<!-- id: c-{card} -->\n\n")
                })
                .collect();
            world.write_deck(name, &format!("Notes of deck {name}\n\n{cards}"));
        }
    }

    fn choices(&self) -> Choices {
        let choice = |name: usize| Choice { name: NAMES[name].to_owned(), options: Options::default() };
        Choices {
            collection: self.chosen.then(|| choice(self.collection)),
            decks: (0..3)
                .filter_map(|deck| Some((DECKS[deck].to_owned(), choice(self.own[deck]?))))
                .collect(),
            fitted: None,
        }
    }

    /// The name of the scheduler that a card has; cards in no deck have the collection's.
    fn scheduler_of(&self, card: usize) -> &'static str {
        let deck = self.decks[card];
        let present = !self.hidden[card] && !self.vanished[deck];
        NAMES[self.own[deck].filter(|_| present).unwrap_or(self.collection)]
    }
}

/// Runs deeds, and compares each stored state with the replay of its log after each.
fn live(deeds: &[Deed]) {
    let world = World::empty();
    let mut model = Model {
        decks: [0, 0, 1, 1, 2, 2],
        hidden: [false; CARDS],
        vanished: [false; 3],
        own: [None; 3],
        collection: 0,
        chosen: false,
    };
    model.write(&world);
    let mut seat = world.seat();
    // Which uid stands behind which card: relinking exchanges them.
    let mut uids: Vec<CardUid> = (0..CARDS).map(|card| seat.uid(&format!("c-{card}"))).collect();
    let mut session = seat.session();
    for deed in deeds {
        match deed {
            Deed::Answer(grade) => act(&mut seat, &mut session, [Event::Reveal, Event::Grade(*grade)]),
            Deed::Undo => act(&mut seat, &mut session, [Event::Undo]),
            Deed::UndoLast => {
                let at = seat.app.moment();
                let _ = seat.app.undo_last(&at).unwrap();
            }
            Deed::Sleep(days) => {
                seat.pass_days(i64::from(*days));
                session = seat.session();
            }
            Deed::Move(card, deck) => model.decks[*card] = *deck,
            Deed::Hide(card) => model.hidden[*card] = !model.hidden[*card],
            Deed::Vanish(deck) => model.vanished[*deck] = !model.vanished[*deck],
            Deed::Choose(deck, name) => model.own[*deck] = *name,
            Deed::Collection(name) => (model.collection, model.chosen) = (*name, true),
            Deed::Settings(name) => {
                seat.app.config.settings.scheduler = NAMES[*name].to_owned();
                if !model.chosen {
                    model.collection = *name;
                }
            }
            Deed::Relink(one, other) => {
                let row = |seat: &Seat, card: usize| seat.app.store.card(uids[card]).unwrap().unwrap();
                let (text, history) = (row(&seat, *one), row(&seat, *other));
                if text.present && history.present && one != other {
                    seat.app.exchange(&text, &history).unwrap();
                    uids.swap(*one, *other);
                }
            }
        }
        match deed {
            Deed::Choose(..) | Deed::Collection(_) => {
                let _ = seat.app.take_choices(&model.choices()).unwrap();
            }
            Deed::Move(..) | Deed::Hide(_) | Deed::Vanish(_) | Deed::Settings(_) => {
                model.write(&world);
                let _ = seat.app.refresh(&[]).unwrap();
            }
            _ => {}
        }
        for (card, uid) in uids.iter().enumerate() {
            let name = model.scheduler_of(card);
            let scheduler = catalogue::scheduler(name, &Options::default()).unwrap();
            let history = seat.app.store.history(*uid).unwrap();
            let expected = replay(scheduler.as_ref(), effective(&history));
            let stored = seat.app.store.record(*uid).unwrap().unwrap_or_default();
            assert_eq!(stored, expected, "card {card} under {name} after {deed:?}");
        }
        seat.assert_states_are_replays();
    }
}

/// Compares what a sitting under way says with what a fresh one would, and with what then happens.
fn look_and_answer(deeds: &[(u8, Grade)]) {
    let mut world = World::empty().deck("d", &plain_deck("d", 12));
    world.settings.balance = true;
    let mut seat = world.seat();
    let mut session = seat.session();
    for (what, grade) in deeds {
        match what {
            0 => act(&mut seat, &mut session, [Event::Undo]),
            1 => {
                seat.pass_days(i64::from(grade.number()) * 3);
                session = seat.session();
            }
            _ => {
                act(&mut seat, &mut session, [Event::Reveal]);
                let Some(current) = session.current() else { continue };
                let Some(answered) = current.answered.clone() else { continue };
                let (card, key) = (current.queued.card, current.queued.key.0.clone());
                let mut fresh = seat.session_of(&[&key], Purpose::Review);
                act(&mut seat, &mut fresh, [Event::Reveal]);
                // A learning card is not for a plan of one card: it is compared with its answer alone.
                if let Some(other) = fresh.current().and_then(|current| current.answered.as_ref()) {
                    assert_eq!(answered.next, other.next, "the load is what the database says");
                }
                act(&mut seat, &mut session, [Event::Grade(*grade)]);
                let stored = seat.app.store.record(card).unwrap().unwrap_or_default();
                assert_eq!(stored.state, answered.next.get(*grade).state, "the button kept its word");
            }
        }
    }
    seat.assert_states_are_replays();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_deck_a_card_comes_to_its_state_is_the_replay_under_that_decks_scheduler(
        deeds in proptest::collection::vec(deed(), 1..40)
    ) {
        live(&deeds);
    }

    #[test]
    fn a_preview_is_the_answer_also_with_balanced_days_and_after_undo(
        deeds in proptest::collection::vec((0_u8..6, grade()), 1..60)
    ) {
        look_and_answer(&deeds);
    }
}

#[test]
fn a_card_that_moves_to_a_deck_of_another_scheduler_is_scheduled_by_it_and_back_again() {
    use Deed::{Answer, Choose, Move, Sleep};
    let to_fsrs = Some(NAMES.iter().position(|name| *name == "fsrs").unwrap());
    live(&[
        Choose(1, to_fsrs),
        Answer(Grade::Good),
        Sleep(2),
        Answer(Grade::Hard),
        Move(0, 1),
        Move(1, 1),
        Move(0, 0),
    ]);
}

#[test]
fn an_edit_of_the_settings_replays_the_log_at_the_next_look_and_a_second_look_does_nothing() {
    let world = World::empty().deck("d", &plain_deck("d", 3));
    let mut seat = world.seat();
    let _ = seat.review(" 3 3 3");
    let before: BTreeMap<CardUid, CardRecord> = seat.app.store.all_records().unwrap().into_iter().collect();
    seat.app.config.settings.scheduler = "fsrs".to_owned();
    assert_eq!(seat.app.refresh(&[]).unwrap().rescheduled, 3);
    assert_eq!(seat.app.refresh(&[]).unwrap().rescheduled, 0);
    seat.assert_states_are_replays();
    seat.app.config.settings.scheduler = "sm2".to_owned();
    assert_eq!(seat.app.refresh(&[]).unwrap().rescheduled, 3);
    assert_eq!(
        seat.app.store.all_records().unwrap().into_iter().collect::<BTreeMap<_, _>>(),
        before,
        "nothing is lost"
    );
}

#[test]
fn a_sitting_under_way_goes_on_with_a_scheduler_that_was_chosen_elsewhere() {
    let world = World::empty().deck("d", &plain_deck("d", 3));
    let mut seat = world.seat();
    let mut session = seat.session();
    act(&mut seat, &mut session, [Event::Reveal, Event::Grade(Grade::Good)]);
    act(&mut seat, &mut session, [Event::Reveal]);
    let choice = Choice { name: "fsrs".to_owned(), options: Options::default() };
    let mut elsewhere = world.seat();
    let _ = elsewhere.app.take_choices(&Choices { collection: Some(choice), ..Choices::default() }).unwrap();
    // The answer on the screen was shown with the buttons of the old one: it is asked for again.
    act(&mut seat, &mut session, [Event::Grade(Grade::Good)]);
    assert!(session.current().unwrap().answered.is_none());
    act(&mut seat, &mut session, [Event::Reveal, Event::Grade(Grade::Good)]);
    act(&mut seat, &mut session, [Event::Reveal, Event::Grade(Grade::Good)]);
    let kept: Vec<_> =
        seat.app.store.all_records().unwrap().into_values().map(|record| record.state.memory).collect();
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|memory| matches!(memory, retain::schedule::Memory::Fsrs { .. })), "{kept:?}");
    seat.assert_states_are_replays();
}
