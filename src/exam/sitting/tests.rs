//! Sittings of an exam as a state machine: what is asked, when it stops, what is kept.

use super::super::{ProblemRef, Section};
use super::*;
use crate::card::{Card, CardKey, CardKind, CardUid, Form, Level, Quantity, Tolerance};
use crate::progress::sprt::Plan;
use crate::seed::Seed;
use crate::source::Span;
use crate::time::{Day, ZoneOffset};

fn item(number: u32) -> Item {
    Item {
        number,
        card: CardUid(i64::from(number)),
        deck: "d".into(),
        resource: "r".into(),
        area: None,
        concept: format!("c{number}"),
        kind: "number".into(),
        seed: Seed(u64::from(number)),
        difficulty: 1,
        problem: None::<ProblemRef>,
    }
}

fn paper(sections: &[Option<Level>], items: u32) -> Paper {
    let mut number = 0;
    let sections = sections
        .iter()
        .map(|&level| Section {
            level,
            items: (0..items)
                .map(|_| {
                    number += 1;
                    item(number)
                })
                .collect(),
        })
        .collect();
    Paper { sections }
}

fn question() -> Question {
    let answer = Quantity { value: 7.0, unit: String::new(), tolerance: Tolerance::Exact };
    Question { prompt: "?".into(), form: Form::Number { answer }, hint: None, why: None, drawn: None }
}

fn loaded() -> Loaded {
    let key = CardKey("k".into());
    Loaded {
        card: Card {
            key: key.clone(),
            block_key: key,
            kind: CardKind::Recall { question: String::new(), answer: String::new() },
            hint: None,
            why: None,
            source: None,
            tags: Vec::new(),
            concepts: Vec::new(),
            confuses: Vec::new(),
            span: Span::new(0, 0),
        },
        deck: String::new(),
        level: String::new(),
        source: String::new(),
        place: (String::new(), 0),
    }
}

fn at(ms: i64) -> Moment {
    Moment { now: Timestamp(ms), today: Day(0), zone: ZoneOffset::UTC }
}

const USUAL: Rules =
    Rules { stop: Stop::Sequential(Plan::USUAL), confidence: false, time_ms: None, reschedule: false };

/// Answers items until the sitting is over; `knows` tells which sections' items are answered rightly.
fn sit(sitting: &mut Sitting, knows: impl Fn(&Item, usize) -> bool) -> (usize, Ending) {
    let mut count = 0;
    loop {
        if let Some(ending) = sitting.ending() {
            return (count, ending);
        }
        let item = sitting.wanted().unwrap().clone();
        let section = sitting.paper().sections.iter().position(|s| s.items.contains(&item)).unwrap();
        sitting.present(loaded(), question(), &at(0));
        let given = Given::Text(if knows(&item, section) { "7" } else { "8" }.into());
        let mut step = sitting.step(Event::Answer(given), &at(0));
        if sitting.rules().confidence {
            assert_eq!(step, Step::Shown);
            step = sitting.step(Event::Confidence(Confidence::Sure), &at(0));
        }
        let Step::Record(record) = step else { panic!("{step:?}") };
        sitting.committed(&record);
        count += 1;
    }
}

#[test]
fn who_knows_everything_is_done_after_the_fewest_items_and_who_knows_nothing_too() {
    let mut sitting = Sitting::new(USUAL, paper(&[None], 60), Vec::new()).unwrap();
    assert_eq!(sit(&mut sitting, |_, _| true), (20, Ending::Settled));
    assert_eq!(sitting.levels_passed(), 1);
    let mut sitting = Sitting::new(USUAL, paper(&[None], 60), Vec::new()).unwrap();
    assert_eq!(sit(&mut sitting, |_, _| false), (20, Ending::Settled));
    assert_eq!(sitting.levels_passed(), 0);
    // Eight of ten: the longest.
    let mut sitting = Sitting::new(USUAL, paper(&[None], 60), Vec::new()).unwrap();
    assert_eq!(sit(&mut sitting, |item, _| item.number % 5 != 0), (60, Ending::Settled));
    assert_eq!(sitting.levels_passed(), 0, "48 of 60 is nearer to no mastery");
}

#[test]
fn a_fixed_exam_asks_all_its_items() {
    let rules = Rules { stop: Stop::Fixed { items: 10, needed: 8 }, ..USUAL };
    for (wrong, passed) in [(2, 1), (3, 0)] {
        let mut sitting = Sitting::new(rules, paper(&[None], 10), Vec::new()).unwrap();
        assert_eq!(sit(&mut sitting, |item, _| item.number > wrong), (10, Ending::Settled));
        assert_eq!(sitting.levels_passed(), passed);
    }
    let nonsense = Rules { stop: Stop::Fixed { items: 10, needed: 11 }, ..USUAL };
    assert!(Sitting::new(nonsense, paper(&[None], 10), Vec::new()).is_err());
}

#[test]
fn an_answer_stands_and_nothing_is_told() {
    let rules = Rules { confidence: true, ..USUAL };
    let mut sitting = Sitting::new(rules, paper(&[None], 60), Vec::new()).unwrap();
    assert_eq!(sitting.step(Event::Pass, &at(0)), Step::Ignored, "nothing is asked yet");
    sitting.present(loaded(), question(), &at(1_000));
    assert_eq!(sitting.step(Event::Confidence(Confidence::Sure), &at(2_000)), Step::Ignored);
    assert_eq!(
        sitting.step(Event::Answer(Given::Choice(vec![0])), &at(2_000)),
        Step::Ignored,
        "no answer to this"
    );
    assert_eq!(sitting.step(Event::Answer(Given::Text("7".into())), &at(4_500)), Step::Shown);
    // A second thought comes too late.
    assert_eq!(sitting.step(Event::Answer(Given::Text("8".into())), &at(5_000)), Step::Ignored);
    assert_eq!(sitting.step(Event::Pass, &at(5_000)), Step::Ignored);
    let Step::Record(record) = sitting.step(Event::Confidence(Confidence::Think), &at(9_000)) else {
        panic!()
    };
    assert_eq!(
        record.marked,
        Marked { number: 1, share: Some(1.0), confidence: Some(Confidence::Think), took_ms: 3_500 }
    );
    sitting.committed(&record);
    assert_eq!((sitting.elapsed_ms(Timestamp(99_000)), sitting.progress()), (3_500, (2, 60)));
    assert_eq!(sitting.fewest(), 20);
    // Who does not know is not asked how sure they are.
    sitting.present(loaded(), question(), &at(10_000));
    let Step::Record(record) = sitting.step(Event::Pass, &at(11_000)) else { panic!() };
    assert_eq!((record.marked.share, record.marked.confidence), (Some(0.0), None));
}

#[test]
fn time_and_leaving_end_it() {
    let rules = Rules { time_ms: Some(60_000), ..USUAL };
    let mut sitting = Sitting::new(rules, paper(&[None], 60), Vec::new()).unwrap();
    sitting.present(loaded(), question(), &at(0));
    assert_eq!(sitting.left_ms(Timestamp(59_999)), Some(1));
    assert_eq!(sitting.step(Event::Tick, &at(59_999)), Step::Shown);
    assert_eq!(sitting.step(Event::Answer(Given::Text("7".into())), &at(60_000)), Step::Over(Ending::TimeUp));
    assert_eq!((sitting.ending(), sitting.wanted()), (Some(Ending::TimeUp), None));
    assert_eq!(sitting.levels_passed(), 0, "too few items to say");

    let mut sitting = Sitting::new(USUAL, paper(&[None], 60), Vec::new()).unwrap();
    sitting.present(loaded(), question(), &at(0));
    assert_eq!(sitting.step(Event::Leave, &at(1)), Step::Over(Ending::Left));
    assert_eq!(sitting.step(Event::Pass, &at(1)), Step::Over(Ending::Left));
    assert_eq!(sitting.levels_passed(), 0);
}

#[test]
fn a_sitting_goes_on_where_it_was_from_its_answers_alone() {
    let mut whole = Sitting::new(USUAL, paper(&[None], 60), Vec::new()).unwrap();
    let right = |number: u32| !number.is_multiple_of(9);
    let _ = sit(&mut whole, |item, _| right(item.number));
    for stopped in 0..whole.marked().len() {
        let mut again = Sitting::new(USUAL, paper(&[None], 60), whole.marked()[..stopped].to_vec()).unwrap();
        assert_eq!(again.wanted().map(|item| item.number as usize), Some(stopped + 1));
        let _ = sit(&mut again, |item, _| right(item.number));
        assert_eq!(again.marked(), whole.marked());
        assert_eq!(again.levels_passed(), whole.levels_passed());
    }
}

#[test]
fn an_item_whose_card_is_gone_counts_nowhere() {
    let mut sitting = Sitting::new(USUAL, paper(&[None], 21), Vec::new()).unwrap();
    let void = sitting.void().unwrap();
    sitting.committed(&void);
    assert_eq!(sitting.progress(), (1, 21));
    assert_eq!(sit(&mut sitting, |_, _| true), (20, Ending::Settled));
    assert_eq!(sitting.levels_passed(), 1);
    let mut short = Sitting::new(USUAL, paper(&[None], 5), Vec::new()).unwrap();
    assert_eq!(sit(&mut short, |_, _| true), (5, Ending::Exhausted));
    assert_eq!(short.levels_passed(), 0, "five items settle nothing");
}

#[test]
fn a_placement_halves_its_way_to_the_highest_level_passed() {
    let levels = [Some(Level::Beginner), Some(Level::Intermediate), Some(Level::Advanced)];
    for mastered in 0..=3 {
        let mut sitting = Sitting::new(USUAL, paper(&levels, 120), Vec::new()).unwrap();
        let (items, ending) = sit(&mut sitting, |_, section| section < mastered);
        assert_eq!((sitting.levels_passed(), ending), (mastered, Ending::Settled));
        assert!(items <= 2 * 24, "{items}");
        assert!(items >= sitting.fewest() && sitting.fewest() == 40, "{items}");
        let asked = |section: usize| {
            sitting.paper().sections[section]
                .items
                .iter()
                .any(|item| sitting.marked().iter().any(|m| m.number == item.number))
        };
        assert_eq!([asked(0), asked(1), asked(2)], [mastered < 2, true, mastered >= 2]);
    }
}

#[test]
fn a_placement_keeps_both_errors_whatever_is_mastered() {
    // Exact: the two tests of a placement are independent, each with half of either error.
    let test = test_of(&Stop::Sequential(Plan::USUAL), 3).unwrap().unwrap();
    let wrongly_passed = test.operating(0.70).pass;
    let wrongly_failed = 1.0 - test.operating(0.90).pass;
    assert!(1.0 - (1.0 - wrongly_passed).powi(2) <= 0.05, "{wrongly_passed}");
    assert!(1.0 - (1.0 - wrongly_failed).powi(2) <= 0.05, "{wrongly_failed}");
}

#[test]
fn a_placement_that_is_left_keeps_what_was_settled() {
    let levels = [Some(Level::Beginner), Some(Level::Intermediate), Some(Level::Advanced)];
    let mut sitting = Sitting::new(USUAL, paper(&levels, 120), Vec::new()).unwrap();
    while sitting.wanted().is_some_and(|item| item.number <= 240) {
        sitting.present(loaded(), question(), &at(0));
        let Step::Record(record) = sitting.step(Event::Answer(Given::Text("7".into())), &at(0)) else {
            panic!()
        };
        sitting.committed(&record);
    }
    assert_eq!(sitting.step(Event::Leave, &at(1)), Step::Over(Ending::Left));
    assert_eq!(sitting.levels_passed(), 2);
}
