//! The state machine by itself: what a step asks for, what is proposed, what a refusal leaves. Whole sittings are tested
//! in `tests/it/review.rs`.

use super::answer::{MAX_TOOK_MS, propose};
use super::*;
use crate::card::{Card, CardKey, CardKind, Given};
use crate::grading::Judgement;
use crate::review::{Grade, Verdict};
use crate::schedule::replay::CardRecord;
use crate::schedule::sm2::Sm2;
use crate::source::Span;
use crate::time::{DayStart, ZoneOffset};

fn at(ms: i64) -> Moment {
    Moment::new(Timestamp(1_800_000_000_000 + ms), ZoneOffset::UTC, DayStart::DEFAULT)
}

fn loaded(kind: CardKind) -> Loaded {
    let key = CardKey("k1".into());
    let card = Card {
        block_key: key.clone(),
        key,
        kind,
        hint: None,
        why: None,
        source: None,
        tags: Vec::new(),
        concepts: Vec::new(),
        confuses: Vec::new(),
        span: Span::new(0, 0),
    };
    Loaded { card, deck: "d".into(), level: String::new(), source: String::new(), place: ("d.md".into(), 0) }
}

fn typed() -> Loaded {
    loaded(CardKind::Typed { question: "q".into(), accepted: vec!["yes".into()], exact: false })
}

/// A session over one card that is being asked.
fn session(purpose: Purpose, pace_ms: Option<u32>) -> Session {
    let rules = Rules {
        purpose,
        learn_ahead_ms: 0,
        limit: None,
        time_ms: None,
        pace_ms,
        type_cloze: false,
        device: 1,
        seed: Seed(1),
        balance: None,
    };
    let plan = Plan { main: vec![queue::tests::card(1, 1)], learning: Vec::new() };
    let schedulers = Schedulers::new(Box::new(Sm2::default()), HashMap::new(), String::new());
    let mut session = Session::new(schedulers, rules, plan, &at(0));
    let card = session.advance(&at(0)).unwrap();
    session.present(card, typed(), CardRecord::default(), &at(0));
    session
}

fn proposal(answer: &str, took_ms: i64, pace_ms: Option<u32>) -> Option<Grade> {
    let mut session = session(Purpose::Review, pace_ms);
    let _ = session.step(Event::Answer(Given::Text(answer.into())), &at(took_ms));
    session.current().unwrap().answered.as_ref().unwrap().proposed
}

#[test]
fn a_verdict_proposes_a_grade_and_only_a_known_pace_proposes_easy() {
    assert_eq!(proposal("no", 100, Some(8_000)), Some(Grade::Again));
    assert_eq!(proposal("yes", 3_999, Some(8_000)), Some(Grade::Easy));
    assert_eq!(proposal("yes", 4_000, Some(8_000)), Some(Grade::Good));
    assert_eq!(proposal("yes", 1, None), Some(Grade::Good));
    let judged = |verdict| Judgement { verdict, mistake: None, near: None };
    assert_eq!(propose(&judged(Verdict::Partly(0.49)), 0, None), Grade::Again);
    assert_eq!(propose(&judged(Verdict::Partly(0.5)), 0, None), Grade::Hard);
}

#[test]
fn a_grade_without_an_answer_and_an_answer_after_one_mean_nothing() {
    let mut session = session(Purpose::Review, None);
    assert_eq!(session.step(Event::Grade(Grade::Good), &at(1)), Step::Ignored);
    assert_eq!(session.step(Event::Hint, &at(1)), Step::Ignored, "it has none");
    assert_eq!(session.step(Event::Reveal, &at(1)), Step::Shown);
    assert_eq!(session.step(Event::Answer(Given::Text("yes".into())), &at(2)), Step::Ignored);
}

#[test]
fn a_refused_record_leaves_no_trace_and_the_card_is_left_out() {
    let mut session = session(Purpose::Review, None);
    let _ = session.step(Event::Reveal, &at(1));
    let Step::Record(record) = session.step(Event::Grade(Grade::Good), &at(2)) else { panic!() };
    assert_eq!(record.before, CardRecord::default());
    session.refused();
    assert_eq!(session.tally(), &Tally::default());
    assert_eq!(session.take_notice(), Some(Notice::Elsewhere));
    assert!(!session.can_undo() && session.current().is_none());
    assert_eq!(session.advance(&at(3)), None);
}

#[test]
fn time_away_is_not_time_spent_thinking() {
    let mut session = session(Purpose::Review, None);
    let _ = session.step(Event::Reveal, &at(3_600_000));
    let Step::Record(record) = session.step(Event::Grade(Grade::Good), &at(3_700_000)) else { panic!() };
    let LogEvent::Answer(answer) = &record.entries[0].event else { panic!() };
    assert_eq!(i64::from(answer.took_ms), MAX_TOOK_MS);
}

#[test]
fn nothing_is_recorded_before_what_the_log_holds() {
    let mut session = session(Purpose::Review, None);
    session.not_before(CardUid(1), Some(at(5_000).now));
    let Step::Record(flag) = session.step(Event::Flag(Some("note".into())), &at(0)) else { panic!() };
    session.committed();
    let Step::Record(unflag) = session.step(Event::Flag(None), &at(0)) else { panic!() };
    session.committed();
    assert_eq!(flag.entries[0].at, at(5_001).now);
    assert_eq!(unflag.entries[0].at, at(5_002).now);
    assert_eq!(unflag.after.flag, None);
}

#[test]
fn practice_leaves_the_record_as_it_was() {
    let mut session = session(Purpose::Quiz, None);
    let _ = session.step(Event::Answer(Given::Text("yes".into())), &at(1));
    let Step::Record(record) = session.step(Event::Grade(Grade::Good), &at(2)) else { panic!() };
    assert!(!record.scheduled);
    assert_eq!(record.after, record.before);
    session.committed();
    assert!(matches!(session.step(Event::Undo, &at(3)), Step::Retract { .. }));
}
