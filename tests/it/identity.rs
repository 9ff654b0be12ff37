//! Which card is which after edits: each kind of change by itself, a wrong match undone, and a law over random edits.
//! Not for how likeness is measured (`deck/identity.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use retain::card::{CardUid, Dialect};
use retain::deck;
use retain::review::LogEvent;
use retain::source::SourceText;
use retain::store::LogFilter;

use crate::world::{Seat, World};

/// Writes a deck with a time of its own: files written within one tick of the clock would look unchanged.
fn write(world: &World, name: &str, text: &str, tick: u64) {
    world.write_deck(name, text);
    let file = std::fs::File::options().append(true).open(world.deck_path(name)).unwrap();
    // Never the present: only later than before.
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + tick)).unwrap();
}

fn uid_of_title(seat: &Seat, title: &str) -> Option<CardUid> {
    let rows = seat.app.store.cards_with_records(&Default::default()).unwrap();
    rows.iter().find(|(card, _)| card.title == title).map(|(card, _)| card.uid)
}

/// Reviews a card once: its log has an answer, and it counts as seen.
fn review(seat: &mut Seat, uid: CardUid) {
    let key = seat.app.store.card(uid).unwrap().unwrap().key.0;
    let _ = seat.review_of(&[&key], "\n3q");
    assert_eq!(seat.app.store.history(uid).unwrap().len(), 1, "{key} was reviewed");
}

/// A thousand cards and more are looked up by one reading of the index instead of a search for each.
#[test]
fn a_great_many_cards_are_told_apart_as_few_are() {
    let cards = |shelf: &str, count: usize| -> String {
        (0..count)
            .map(|n| format!("Q: What stands in place {n} of the {shelf} shelf?\nA: {shelf} {n}.\n\n"))
            .collect()
    };
    let world = World::empty();
    let (first, second) = (cards("first", 1_200), cards("second", 1_300));
    write(&world, "a", &first, 0);
    let mut seat = world.seat();
    let titles = |n: usize| format!("What stands in place {n} of the first shelf?");
    let known: Vec<_> = (0..1_200).step_by(100).map(|n| uid_of_title(&seat, &titles(n))).collect();
    review(&mut seat, known[3].unwrap());
    write(&world, "b", &format!("{first}{second}"), 1);
    let indexed = seat.app.refresh(&[]).unwrap();
    assert_eq!((indexed.cards, indexed.doubles.len(), indexed.changes.len()), (1_300, 1_200, 0));
    std::fs::remove_file(world.deck_path("a")).unwrap();
    let indexed = seat.app.refresh(&[]).unwrap();
    assert_eq!((indexed.cards, indexed.doubles.len(), indexed.changes.len()), (2_500, 0, 1_200));
    assert!(indexed.changes.iter().all(|change| change.change == "moved"));
    let after: Vec<_> = (0..1_200).step_by(100).map(|n| uid_of_title(&seat, &titles(n))).collect();
    assert_eq!(after, known);
    assert_eq!(seat.app.store.history(known[3].unwrap()).unwrap().len(), 1);
}

/// What became of the cards of a collection: (change, old title, new title).
fn changes(old: &[(&str, &str)], reviewed: &str, new: &[(&str, &str)]) -> Vec<(String, String, String)> {
    let world = World::empty();
    for (name, text) in old {
        write(&world, name, text, 0);
    }
    let mut seat = world.seat();
    let uid = uid_of_title(&seat, reviewed).expect("the card is there");
    review(&mut seat, uid);
    for (name, _) in old {
        if !new.iter().any(|(kept, _)| kept == name) {
            std::fs::remove_file(world.deck_path(name)).unwrap();
        }
    }
    for (name, text) in new {
        write(&world, name, text, 1);
    }
    let foreseen = seat.app.pending_changes(&[]).unwrap().changes;
    let made = seat.app.refresh(&[]).unwrap().changes;
    assert_eq!(foreseen, made, "what is foretold is what happens");
    let concerned = made.iter().filter(|change| change.card == uid);
    let said = concerned
        .map(|change| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            (change.change.clone(), text(&change.old_title), text(&change.new_title))
        })
        .collect();
    assert_eq!(seat.app.store.history(uid).unwrap().len(), 1, "the log stays");
    said
}

#[track_caller]
fn assert_change(old: &[(&str, &str)], reviewed: &str, new: &[(&str, &str)], what: &str, title: &str) {
    let expected = if what.is_empty() {
        Vec::new()
    } else {
        vec![(what.to_owned(), reviewed.to_owned(), title.to_owned())]
    };
    assert_eq!(changes(old, reviewed, new), expected);
}

const QUORUM: &str =
    "Q: What is a qourum of five servers?\nA: three\n\nQ: Why are terms needed?\nA: to order leaders\n";

#[test]
fn each_kind_of_change_is_known() {
    let title = "What is a qourum of five servers?";
    let typo = QUORUM.replace("qourum", "quorum");
    assert_change(&[("a", QUORUM)], title, &[("a", &typo)], "edited", "What is a quorum of five servers?");
    // The answer alone: the question is the key.
    let answer = QUORUM.replace("three", "at least three");
    assert_change(&[("a", QUORUM)], title, &[("a", &answer)], "edited", title);
    // Everything around a card may change.
    let around = format!("---\nname = \"A\"\n---\n\nnotes\n\n{QUORUM}\nQ: new?\nA: yes\n");
    assert_change(&[("a", QUORUM)], title, &[("a", &around)], "", "");
    let id = QUORUM.replace("A: three\n", "A: three\n<!-- id: quorum -->\n");
    assert_change(&[("a", QUORUM)], title, &[("a", &id)], "edited", title);
    assert_change(&[("a", QUORUM)], title, &[("b", QUORUM)], "moved", title);
    assert_change(&[("a", QUORUM)], title, &[("b", &typo)], "moved", "What is a quorum of five servers?");
    let without = "Q: Why are terms needed?\nA: to order leaders\n";
    assert_change(&[("a", QUORUM)], title, &[("a", without)], "gone", "");
    let split = "Q: What is a quorum?\nA: a majority\n\nQ: How large is it among five servers?\nA: three\n";
    let both = "Q: What is a quorum, and how large is it among five servers?\nA: a majority; three\n";
    let title = "What is a quorum, and how large is it among five servers?";
    assert_change(&[("a", both)], title, &[("a", split)], "split", "How large is it among five servers?");
}

#[test]
fn a_reworded_card_with_an_id_is_itself() {
    let old = "Q: one?\nA: a\n<!-- id: x -->\n";
    let new = "Q: something else entirely\nA: b\n<!-- id: x -->\n";
    assert_change(&[("a", old)], "one?", &[("b", new)], "moved", "something else entirely");
}

#[test]
fn a_part_hidden_anew_does_not_push_the_others_histories_along() {
    let old = "C: A candidate wins with [a majority] of the [whole cluster].\n<!-- id: win -->\n";
    let new = "C: A [candidate] wins with [a majority] of the [whole cluster].\n<!-- id: win -->\n";
    let world = World::empty();
    write(&world, "a", old, 0);
    let mut seat = world.seat();
    let majority = seat.uid("win#1");
    review(&mut seat, majority);
    write(&world, "a", new, 1);
    seat.app.refresh(&[]).unwrap();
    assert_eq!(seat.uid("win#2"), majority);
    assert!(seat.history("win#1").is_empty() && seat.history("win#3").is_empty());
    // And back: one part less.
    write(&world, "a", "C: A candidate wins with [a majority] of the whole cluster.\n<!-- id: win -->\n", 2);
    seat.app.refresh(&[]).unwrap();
    assert_eq!(seat.uid("win"), majority);
}

#[test]
fn what_went_and_came_back_reworded_is_the_same_card_for_a_week() {
    for (days, known) in [(2, true), (9, false)] {
        let world = World::empty();
        write(&world, "a", QUORUM, 0);
        let mut seat = world.seat();
        let uid = uid_of_title(&seat, "What is a qourum of five servers?").unwrap();
        review(&mut seat, uid);
        std::fs::remove_file(world.deck_path("a")).unwrap();
        let gone = seat.app.refresh(&[]).unwrap();
        assert_eq!(gone.changes.iter().filter(|change| change.change == "gone").count(), 2);
        seat.pass_days(days);
        write(&world, "a", &QUORUM.replace("qourum", "quorum"), 1);
        let back = seat.app.refresh(&[]).unwrap();
        let returned = back.changes.iter().any(|change| change.card == uid && change.change == "returned");
        assert_eq!(returned, known, "after {days} days");
    }
}

#[test]
fn a_card_that_stood_in_two_decks_is_not_gone_when_one_of_them_goes() {
    let world = World::empty();
    write(&world, "a", QUORUM, 0);
    write(&world, "b", QUORUM, 0);
    let mut seat = world.seat();
    let uid = uid_of_title(&seat, "What is a qourum of five servers?").unwrap();
    review(&mut seat, uid);
    std::fs::remove_file(world.deck_path("a")).unwrap();
    let changes = seat.app.refresh(&[]).unwrap().changes;
    assert_eq!(changes.iter().map(|change| change.change.as_str()).collect::<Vec<_>>(), ["moved", "moved"]);
    assert!(seat.app.store.card(uid).unwrap().unwrap().present);
}

#[test]
fn a_wrong_match_is_parted_and_joined_again() {
    let world = World::empty();
    write(&world, "a", "Q: What is the default port of Redis?\nA: 6379\n", 0);
    let mut seat = world.seat();
    let redis = uid_of_title(&seat, "What is the default port of Redis?").unwrap();
    review(&mut seat, redis);
    seat.pass_days(1);
    world.pass_days(1);
    write(&world, "a", "Q: What is the default port of MySQL?\nA: 3306\n", 1);
    seat.app.refresh(&[]).unwrap();
    assert_eq!(uid_of_title(&seat, "What is the default port of MySQL?"), Some(redis), "taken for an edit");

    let number = redis.to_string();
    let said = world.run(&["relink", &number, "--apart"]).success();
    assert!(said.contains("begins afresh: What is the default port of MySQL?"), "{said}");
    assert!(said.contains("1 review left to the earlier text: What is the default port of Redis?"), "{said}");
    let mysql = uid_of_title(&seat, "What is the default port of MySQL?").unwrap();
    assert_ne!(mysql, redis);
    assert!(seat.app.store.history(mysql).unwrap().is_empty());
    assert_eq!(seat.app.store.history(redis).unwrap().len(), 1);
    assert!(!seat.app.store.card(redis).unwrap().unwrap().present);
    assert_eq!(seat.app.refresh(&[]).unwrap().changes, [], "a look at the decks does not undo it");

    // The command that it named takes it back.
    let back = said.lines().find_map(|line| line.strip_prefix("to take it back: retain ")).unwrap();
    let words: Vec<&str> = back.split(' ').collect();
    let said = world.run(&words).success();
    assert!(said.starts_with("1 review now with: What is the default port of MySQL?\n"), "{said}");
    assert_eq!(uid_of_title(&seat, "What is the default port of MySQL?"), Some(redis));
    seat.assert_states_are_replays();

    // Parted once more, and the old text returns: it has its history.
    world.run(&["relink", &number, "--apart"]).success();
    write(&world, "b", "Q: What is the default port of Redis?\nA: 6379\n", 2);
    seat.app.refresh(&[]).unwrap();
    assert_eq!(uid_of_title(&seat, "What is the default port of Redis?"), Some(redis));
    let told = world.run(&["history", &number]).success();
    let words: Vec<&str> = told.lines().filter_map(|line| line.split("  ").nth(1)).collect();
    assert_eq!(words, ["good", "edited", "relinked", "relinked", "relinked", "returned"], "{told}");
}

#[test]
fn what_cannot_be_relinked_is_refused() {
    let world = World::new();
    world
        .run(&["relink", "paris", "--apart"])
        .failure(1, "error: `paris` was never matched with another text, so there is nothing to part\n");
    world.run(&["relink", "paris", "--to", "paris"]).failure(1, "error: `paris` has that history already\n");
    let outcome = world.run(&["relink", "paris", "--to", "pariss"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("did you mean `paris`"), "{}", outcome.stderr);
}

/// A card of the model.
#[derive(Clone, Debug)]
struct Model {
    /// Which card it is; its words derive from it and from `worded`.
    number: usize,
    /// How often its question was reworded.
    worded: usize,
    typo: bool,
    answer: usize,
    id: Option<usize>,
    /// The second half stands in a card of its own.
    divided: bool,
}

impl Model {
    fn new(number: usize) -> Self {
        Self { number, worded: 0, typo: false, answer: 0, id: None, divided: false }
    }

    fn question(&self) -> String {
        let n = self.number;
        // Half of the words stay when it is reworded, as when a person rewords.
        let last = if self.divided { String::new() } else { format!(" gamma{n} and delta{n}") };
        let first = if self.typo { format!("alhpa{n}") } else { format!("alpha{n}") };
        format!("Why does {first} need beta{n}{last} in case {}?", self.worded)
    }

    fn answer(&self) -> String {
        format!("because of reason{} and {}", self.number, self.answer)
    }

    fn text(&self) -> String {
        let id = self.id.map(|id| format!("<!-- id: card-{}-{id} -->\n", self.number)).unwrap_or_default();
        format!("Q: {}\nA: {}\n{id}\n", self.question(), self.answer())
    }

    fn key(&self) -> String {
        let source = SourceText::new("x.md", self.text());
        let parsed = deck::parse_as(&source, Some(Dialect::Retain));
        parsed.blocks[0].cards[0].key.0.clone()
    }
}

/// One edit.
#[derive(Clone, Debug)]
enum Edit {
    Typo(usize),
    Reword(usize),
    Answer(usize),
    Id(usize),
    Move(usize, usize),
    Delete(usize),
    /// A card that went comes back as it was, into a deck.
    Return(usize, usize),
    Divide(usize),
    New(usize),
    Swap(usize),
    Review(usize),
    /// What was written so far is looked at.
    Look,
}

const DECKS: usize = 3;

fn edit() -> impl Strategy<Value = Edit> {
    let card = 0_usize..12;
    prop_oneof![
        2 => card.clone().prop_map(Edit::Typo),
        2 => card.clone().prop_map(Edit::Reword),
        2 => card.clone().prop_map(Edit::Answer),
        1 => card.clone().prop_map(Edit::Id),
        2 => (card.clone(), 0..DECKS).prop_map(|(card, deck)| Edit::Move(card, deck)),
        2 => card.clone().prop_map(Edit::Delete),
        2 => (card.clone(), 0..DECKS).prop_map(|(card, deck)| Edit::Return(card, deck)),
        1 => card.clone().prop_map(Edit::Divide),
        1 => (0..DECKS).prop_map(Edit::New),
        1 => card.clone().prop_map(Edit::Swap),
        4 => card.prop_map(Edit::Review),
        6 => Just(Edit::Look),
    ]
}

/// The decks as the author has them, and who each card was when it was last looked at.
struct Author {
    world: World,
    seat: Seat,
    decks: Vec<Vec<Model>>,
    gone: Vec<Model>,
    /// Further cards that came from dividing: plain text.
    halves: Vec<Vec<String>>,
    uids: BTreeMap<usize, CardUid>,
    reviewed: BTreeSet<usize>,
    /// Cards edited in more than one way since the last look: all but surely the same, yet not promised.
    touched: BTreeMap<usize, usize>,
    next: usize,
    tick: u64,
}

impl Author {
    fn new() -> Self {
        let world = World::empty();
        let seat = world.seat();
        let decks = (0..DECKS).map(|deck| (0..3).map(|card| Model::new(deck * 3 + card)).collect()).collect();
        let mut author = Self {
            world,
            seat,
            decks,
            gone: Vec::new(),
            halves: vec![Vec::new(); DECKS],
            uids: BTreeMap::new(),
            reviewed: BTreeSet::new(),
            touched: BTreeMap::new(),
            next: DECKS * 3,
            tick: 0,
        };
        author.look();
        author
    }

    fn place(&self, card: usize) -> Option<(usize, usize)> {
        let all: Vec<(usize, usize)> = self
            .decks
            .iter()
            .enumerate()
            .flat_map(|(d, deck)| (0..deck.len()).map(move |c| (d, c)))
            .collect();
        if all.is_empty() { None } else { Some(all[card % all.len()]) }
    }

    fn touch(&mut self, number: usize) {
        *self.touched.entry(number).or_default() += 1;
    }

    fn apply(&mut self, edit: &Edit) {
        let place = match edit {
            Edit::Typo(card)
            | Edit::Reword(card)
            | Edit::Answer(card)
            | Edit::Id(card)
            | Edit::Move(card, _)
            | Edit::Delete(card)
            | Edit::Divide(card)
            | Edit::Swap(card)
            | Edit::Review(card) => self.place(*card),
            _ => None,
        };
        if let Some((d, c)) = place {
            let number = self.decks[d][c].number;
            match edit {
                Edit::Typo(_) => {
                    self.decks[d][c].typo ^= true;
                    self.touch(number);
                }
                Edit::Reword(_) => {
                    self.decks[d][c].worded += 1;
                    self.touch(number);
                }
                Edit::Answer(_) => {
                    self.decks[d][c].answer += 1;
                    self.touch(number);
                }
                Edit::Id(_) if self.decks[d][c].id.is_none() => {
                    self.decks[d][c].id = Some(0);
                    self.touch(number);
                }
                Edit::Move(_, to) => {
                    let card = self.decks[d].remove(c);
                    self.decks[*to].push(card);
                    self.touch(number);
                }
                Edit::Delete(_) => {
                    let card = self.decks[d].remove(c);
                    self.gone.push(card);
                }
                Edit::Divide(_) if !self.decks[d][c].divided => {
                    self.decks[d][c].divided = true;
                    let half =
                        format!("Q: Where does gamma{number} meet delta{number}?\nA: at place{number}\n\n");
                    self.halves[d].push(half);
                    self.touch(number);
                }
                Edit::Swap(_) => {
                    let last = self.decks[d].len() - 1;
                    self.decks[d].swap(c, last);
                }
                Edit::Review(_)
                    if !self.touched.contains_key(&number) && !self.reviewed.contains(&number) =>
                {
                    self.look();
                    review(&mut self.seat, self.uids[&number]);
                    self.reviewed.insert(number);
                }
                _ => {}
            }
        }
        match edit {
            Edit::Return(card, to) if !self.gone.is_empty() => {
                let at = card % self.gone.len();
                let card = self.gone.remove(at);
                self.touch(card.number);
                self.decks[*to].push(card);
            }
            Edit::New(to) => {
                self.decks[*to].push(Model::new(self.next));
                self.next += 1;
            }
            Edit::Look => self.look(),
            _ => {}
        }
    }

    /// Writes the decks, has them taken over, and holds the result against what must be.
    fn look(&mut self) {
        self.tick += 1;
        for d in 0..DECKS {
            let mut text = String::new();
            self.decks[d].iter().for_each(|card| text.push_str(&card.text()));
            self.halves[d].iter().for_each(|half| text.push_str(half));
            let _ = writeln!(text, "---\nlook {}", self.tick);
            write(&self.world, &format!("d{d}"), &text, self.tick);
        }
        let before: Vec<_> = self.log();
        self.seat.app.refresh(&[]).unwrap();
        assert_eq!(self.log(), before, "the log is as it was");

        let rows = self.seat.app.store.cards_with_records(&Default::default()).unwrap();
        let mut present = BTreeSet::new();
        for (row, _) in &rows {
            assert!(present.insert(row.uid), "one card, one row");
        }
        let expected: usize = self.decks.iter().map(Vec::len).sum::<usize>() + self.halves.concat().len();
        assert_eq!(rows.len(), expected, "every card of the decks is there");
        let mut owner: BTreeMap<CardUid, usize> = BTreeMap::new();
        for card in self.decks.iter().flatten() {
            let uid = self.seat.uid(&card.key());
            assert_eq!(owner.insert(uid, card.number), None, "no history goes to two cards");
            let was = self.uids.insert(card.number, uid);
            // What was edited once is itself for certain; so is what was not edited.
            let promised = self.touched.get(&card.number).is_none_or(|times| *times <= 1);
            if let Some(was) = was.filter(|_| promised && self.reviewed.contains(&card.number)) {
                assert_eq!(uid, was, "card {} lost its history: {}", card.number, card.question());
            }
        }
        // A log without a row would be lost from sight.
        for (card, _) in self.log() {
            assert!(self.seat.app.store.card(card).unwrap().is_some());
        }
        self.seat.assert_states_are_replays();
        // What is away was not seen as it is now.
        self.touched.retain(|number, _| self.gone.iter().any(|card| card.number == *number));
    }

    fn log(&self) -> Vec<(CardUid, bool)> {
        let mut log = Vec::new();
        let note = |entry: retain::review::LogEntry| {
            log.push((entry.card, matches!(entry.event, LogEvent::Answer(_))));
        };
        self.seat.app.store.for_each_entry(LogFilter::default(), note).unwrap();
        log
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Random edits of random decks never lose a reviewed card's log, and never give one card's history to two cards.
    #[test]
    fn histories_are_neither_lost_nor_doubled(edits in prop::collection::vec(edit(), 1..30)) {
        let mut author = Author::new();
        for edit in &edits {
            author.apply(edit);
        }
        author.look();
    }
}
