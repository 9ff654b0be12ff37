//! Laws of the review loop under random use: what is stored is what the log says, an undo undoes, a seed decides.
//! Held against a reference model that knows nothing of the database: a stack of how each card was before.
//! Not for single schedulers (`schedule/laws.rs`) or parsers.

use std::collections::BTreeMap;

use proptest::prelude::*;
use retain::app::front::{Action, Front, Scene};
use retain::app::review::Ended;
use retain::card::CardUid;
use retain::review::{Grade, LogEntry, LogEvent, Purpose};
use retain::schedule::replay::CardRecord;
use retain::session::{Event, Record};

use crate::world::{REVIEW, Seat, World, plain_deck};

/// One thing that a learner does.
#[derive(Clone, Debug)]
enum Deed {
    /// Reveals and grades whatever is asked.
    Answer(Grade),
    Undo,
    Bury,
    Suspend,
    Flag(Option<u8>),
    /// Leaves, lets minutes pass, and begins anew.
    Pause(u16),
    /// Leaves, lets days pass, and begins anew.
    Sleep(u8),
    /// The clock is set back by minutes.
    Back(u8),
    /// Rewords the question of a card that has an id, or of one that has none.
    Reword(u8),
    /// Takes a card out of the deck.
    Remove(u8),
    /// Puts all cards back as they were.
    Restore,
    /// A mark from the command line.
    Resume(u8),
    /// An undo from the command line.
    UndoLast,
    /// A card practised.
    Quiz(Grade),
}

fn deed() -> impl Strategy<Value = Deed> {
    let grade = (0_usize..4).prop_map(|place| Grade::ALL[place]);
    prop_oneof![
        12 => grade.clone().prop_map(Deed::Answer),
        4 => Just(Deed::Undo),
        1 => Just(Deed::Bury),
        1 => Just(Deed::Suspend),
        2 => proptest::option::of(0_u8..3).prop_map(Deed::Flag),
        2 => (1_u16..90).prop_map(Deed::Pause),
        3 => (1_u8..40).prop_map(Deed::Sleep),
        1 => (1_u8..200).prop_map(Deed::Back),
        1 => (0_u8..CARDS).prop_map(Deed::Reword),
        1 => (0_u8..CARDS).prop_map(Deed::Remove),
        1 => Just(Deed::Restore),
        1 => (0_u8..CARDS).prop_map(Deed::Resume),
        1 => Just(Deed::UndoLast),
        1 => grade.prop_map(Deed::Quiz),
    ]
}

const CARDS: u8 = 5;

/// A front end that does what it is told, then says that the learner has left, so that the test can look around.
#[derive(Default)]
struct Hand {
    actions: std::collections::VecDeque<Action>,
    /// What was saved, as the loop told it.
    saved: Vec<Record>,
    retracted: Vec<CardUid>,
    asked: Option<CardUid>,
}

impl Front for Hand {
    fn next(&mut self, scene: &Scene<'_>) -> std::io::Result<Action> {
        self.asked = scene.session.current().map(|current| current.queued.card);
        Ok(self.actions.pop_front().unwrap_or(Action::Leave))
    }
    fn saved(&mut self, record: &Record) -> std::io::Result<()> {
        self.saved.push(record.clone());
        Ok(())
    }
    fn retracted(&mut self, card: CardUid) -> std::io::Result<()> {
        self.retracted.push(card);
        Ok(())
    }
    fn history(&mut self, _: &Scene<'_>, _: &[LogEntry]) -> std::io::Result<()> {
        Ok(())
    }
    fn edit(&mut self, _: &str, _: &std::path::Path, _: usize) -> std::io::Result<bool> {
        Ok(true)
    }
}

fn text(words: &[String]) -> String {
    words.iter().enumerate().fold(String::new(), |text, (n, question)| {
        // Every other card has an id; the others are known by their questions.
        let id = if n % 2 == 0 { format!("<!-- id: c-{n} -->\n") } else { String::new() };
        text + &format!("Q: {question}\nA: answer number {n}\n{id}\n")
    })
}

fn questions() -> Vec<String> {
    (0..CARDS).map(|n| format!("What exactly is meant by the thing called number {n}?")).collect()
}

fn stored(seat: &Seat) -> BTreeMap<CardUid, CardRecord> {
    let records = seat.app.store.all_records().unwrap();
    records.into_iter().filter(|(_, record)| *record != CardRecord::default()).collect()
}

/// Runs deeds and checks the laws after each.
fn live(deeds: &[Deed]) {
    let mut words = questions();
    let world = World::empty().deck("d", &text(&words));
    let mut seat = world.seat();
    let mut session = seat.session();
    // The model: undo within a session is a stack of how each card was before.
    let mut stack: Vec<(CardUid, CardRecord)> = Vec::new();
    for deed in deeds {
        let before = stored(&seat);
        let rows = seat.log();
        let act = |seat: &mut Seat, session: &mut retain::session::Session, actions: &[Event]| {
            let actions = actions.iter().cloned().map(Action::Event).collect();
            let mut hand = Hand { actions, ..Hand::default() };
            let ended = seat.run_front(session, &mut hand);
            assert_eq!(ended, Ended::Done);
            hand
        };
        match deed {
            Deed::Answer(grade) => {
                let hand = act(&mut seat, &mut session, &[Event::Reveal, Event::Grade(*grade)]);
                note(&hand, &mut stack);
            }
            Deed::Bury => note(&act(&mut seat, &mut session, &[Event::Bury]), &mut stack),
            Deed::Suspend => note(&act(&mut seat, &mut session, &[Event::Suspend]), &mut stack),
            Deed::Flag(note_of) => {
                let event = Event::Flag(note_of.map(|n| format!("note {n}")));
                note(&act(&mut seat, &mut session, &[event]), &mut stack);
            }
            Deed::Undo => {
                let hand = act(&mut seat, &mut session, &[Event::Undo]);
                if let (Some((card, record)), false) = (stack.last().cloned(), hand.retracted.is_empty()) {
                    // Undo is the identity: the card is as it was before what was taken back.
                    assert_eq!(hand.retracted, [card]);
                    assert_eq!(seat.app.store.record(card).unwrap().unwrap_or_default(), record);
                    assert_eq!(
                        hand.asked,
                        Some(card).filter(|_| is_present(&seat, card)),
                        "it is asked again"
                    );
                    let _ = stack.pop();
                }
            }
            Deed::Pause(_) | Deed::Sleep(_) | Deed::Back(_) => {
                match deed {
                    Deed::Pause(minutes) => seat.pass(i64::from(*minutes) * 60_000),
                    Deed::Sleep(days) => seat.pass_days(i64::from(*days)),
                    Deed::Back(minutes) => seat.pass(-i64::from(*minutes) * 60_000),
                    _ => {}
                }
                session = seat.session();
                stack.clear();
            }
            Deed::Reword(n) => {
                let question = &mut words[usize::from(*n)];
                if !question.is_empty() {
                    question.insert_str(question.len() - 1, " now");
                }
                world.write_deck("d", &text(&words));
                let _ = seat.app.refresh(&[]).unwrap();
            }
            Deed::Remove(n) => {
                let mut left = words.clone();
                left.remove(usize::from(*n));
                world.write_deck("d", &(text(&left) + "\n"));
                let _ = seat.app.refresh(&[]).unwrap();
                world.write_deck("d", &text(&words));
                let _ = seat.app.refresh(&[]).unwrap();
            }
            Deed::Restore => {
                words = questions();
                world.write_deck("d", &text(&words));
                let _ = seat.app.refresh(&[]).unwrap();
            }
            Deed::Resume(n) => {
                if let Ok(card) = seat.app.find_card(&format!("c-{n}")) {
                    seat.app.mark(card.uid, &LogEvent::Resume).unwrap();
                }
            }
            Deed::UndoLast => {
                let at = seat.app.moment();
                let _ = seat.app.undo_last(&at).unwrap();
                session = seat.session();
                stack.clear();
            }
            Deed::Quiz(grade) => {
                let cards = seat.app.store.any_cards(&retain::store::QueueFilter::default(), 1).unwrap();
                let plan = retain::app::review::plan_of(cards);
                let sitting = retain::app::review::Sitting { purpose: Purpose::Quiz, ..REVIEW };
                let mut quiz = seat.app.begin(plan, sitting).unwrap();
                let _ = act(&mut seat, &mut quiz, &[Event::Reveal, Event::Grade(*grade)]);
                assert_eq!(stored(&seat), before, "practice leaves the schedule alone");
            }
        }
        // The log only ever grows, and each card's part of it is in the order of time.
        let now = seat.log();
        for row in &rows {
            assert!(now.contains(row), "{deed:?} lost a row");
        }
        let mut last: BTreeMap<CardUid, i64> = BTreeMap::new();
        for row in &now {
            let previous = last.insert(row.card, row.at.0);
            assert!(previous.is_none_or(|previous| previous <= row.at.0));
        }
        // What is stored is what the log says.
        seat.assert_states_are_replays();
        // Edits of decks touch no schedule.
        if matches!(deed, Deed::Reword(_) | Deed::Remove(_) | Deed::Restore) {
            assert_eq!(stored(&seat), before, "{deed:?}");
        }
    }
    let findings = seat.app.examine(false).unwrap();
    assert_eq!(findings.integrity, retain::store::Integrity::Sound);
}

/// Enters what was saved into the model: the card as it was before.
fn note(hand: &Hand, stack: &mut Vec<(CardUid, CardRecord)>) {
    for record in &hand.saved {
        stack.push((record.card, record.before.clone()));
    }
}

fn is_present(seat: &Seat, card: CardUid) -> bool {
    seat.app.store.card(card).unwrap().is_some_and(|row| row.present)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_learner_does_the_stored_states_are_the_replay_of_the_log(
        deeds in proptest::collection::vec(deed(), 1..40)
    ) {
        live(&deeds);
    }

    #[test]
    fn to_undo_everything_is_to_have_done_nothing(
        grades in proptest::collection::vec(0_usize..4, 1..25)
    ) {
        let world = World::empty().deck("d", &plain_deck("d", 6));
        let mut seat = world.seat();
        let mut session = seat.session();
        let mut actions: std::collections::VecDeque<Action> = grades
            .iter()
            .flat_map(|grade| [Event::Reveal, Event::Grade(Grade::ALL[*grade])])
            .map(Action::Event)
            .collect();
        actions.extend((0..grades.len() + 3).map(|_| Action::Event(Event::Undo)));
        let mut hand = Hand { actions, ..Hand::default() };
        let _ = seat.run_front(&mut session, &mut hand);
        prop_assert!(!hand.saved.is_empty());
        prop_assert_eq!(hand.retracted.len(), hand.saved.len());
        prop_assert_eq!(stored(&seat), BTreeMap::new());
        let new = seat.app.store.queue_row(seat.uid("d-0")).unwrap().unwrap().new;
        prop_assert!(new, "it counts as new again");
        seat.assert_states_are_replays();
    }

    #[test]
    fn the_same_seed_and_clock_make_the_same_session(grades in proptest::collection::vec(0_usize..4, 1..20)) {
        let keys: String = grades.iter().map(|grade| format!(" {}", grade + 1)).collect::<String>() + "q";
        let once = || {
            let world = World::new().deck("d", &plain_deck("d", 5));
            let mut seat = world.seat();
            let terminal = seat.review(&keys);
            (terminal.screens(), seat.log())
        };
        prop_assert_eq!(once(), once());
    }
}
