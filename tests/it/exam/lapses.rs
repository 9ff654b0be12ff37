//! What exams do to the schedule: nothing, unless asked; then lapses, as in a review, and once.

use retain::app::exam::{ExamLeft, ExamOptions};
use retain::app::front::exam::{ExamAction, ExamFront, ExamScene};
use retain::exam::Scope;
use retain::exam::sitting::{Event, Recorded};
use retain::review::{Grade, LogEvent, LoggedAnswer};

use super::{numbers, options};
use crate::world::{Seat, World};

/// Two cards in review, with an interval of some days, among six.
fn seat_with_known_cards() -> (World, Seat) {
    let world = World::empty().deck("d", &numbers("beginner", "d", 6));
    let mut seat = world.seat();
    for _ in 0..2 {
        let _ = seat.review_of(&["d-0"], "0\n4");
        let _ = seat.review_of(&["d-1"], "1\n4");
        seat.pass_days(8);
    }
    assert!(seat.record("d-0").state.interval > 1);
    (world, seat)
}

fn six(seat: &Seat, reschedule: bool) -> ExamOptions {
    ExamOptions { fixed: Some((6, 0.5)), reschedule, ..options(seat) }
}

/// Everything wrong but what is named.
fn sit_knowing(seat: &mut Seat, reschedule: bool, known: fn(&str) -> bool) -> i64 {
    let options = six(seat, reschedule);
    struct Knows(fn(&str) -> bool);
    impl ExamFront for Knows {
        fn next(&mut self, scene: &ExamScene<'_>) -> std::io::Result<ExamAction> {
            let asked = scene.sitting.asked().unwrap();
            if asked.given.is_some() {
                return Ok(ExamAction::Event(Event::Confidence(retain::exam::Confidence::Sure)));
            }
            let number = asked.question.prompt.split(' ').nth(1).unwrap().to_owned();
            let known = (self.0)(&format!("d-{number}"));
            let given = retain::card::Given::Text(number);
            Ok(ExamAction::Event(if known { Event::Answer(given) } else { Event::Pass }))
        }
        fn saved(&mut self, _: &Recorded) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut exam = seat.app.open_exam(&Scope::Deck("d".into()), &options).unwrap();
    assert_eq!(seat.app.run_exam(&mut exam, &mut Knows(known)).unwrap(), ExamLeft::Over);
    exam.id
}

/// Pauses at the item of a number.
struct PauseAt(u32);

impl ExamFront for PauseAt {
    fn next(&mut self, scene: &ExamScene<'_>) -> std::io::Result<ExamAction> {
        let asked = scene.sitting.asked().unwrap();
        Ok(if asked.item.number == self.0 { ExamAction::Pause } else { ExamAction::Event(Event::Pass) })
    }

    fn saved(&mut self, _: &Recorded) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn wrong_answers_count_as_lapses_only_where_the_exam_was_begun_so_whoever_ends_it() {
    let (_world, mut seat) = seat_with_known_cards();
    let before = seat.record("d-0");
    let _ = sit_knowing(&mut seat, false, |_| false);
    assert_eq!(seat.record("d-0").state, before.state, "the schedule is untouched");
    // Begun with it, left in the middle, ended by a call that says nothing of it.
    let begun = six(&seat, true);
    let mut exam = seat.app.open_exam(&Scope::Deck("d".into()), &begun).unwrap();
    assert_eq!(seat.app.run_exam(&mut exam, &mut PauseAt(4)).unwrap(), ExamLeft::Paused);
    assert_eq!(seat.record("d-0").state, before.state, "not before it is over");
    let id = sit_knowing(&mut seat, false, |key| key == "d-1");
    assert_eq!(id, exam.id);
    let answers = seat.app.store.exam_answers(id).unwrap();
    let wrong = |key: &str| answers.iter().any(|a| a.card == seat.uid(key) && a.marked.share == Some(0.0));
    for key in ["d-0", "d-1"] {
        assert_eq!(seat.record(key).state.lapses, u32::from(wrong(key)), "{key}");
    }
    assert_eq!(seat.record("d-2").state.lapses, 0, "a new card has nothing to forget");
    let counted = seat.app.store.lapses_counted(id).unwrap().unwrap();
    assert_eq!(counted.cards, u32::from(wrong("d-0")) + u32::from(wrong("d-1")));
    seat.assert_states_are_replays();
}

#[test]
fn an_exam_that_was_begun_without_can_be_counted_afterwards_and_once() {
    let (world, mut seat) = seat_with_known_cards();
    let id = sit_knowing(&mut seat, false, |_| false);
    // One of the two was reviewed since: what is newer holds.
    seat.pass(60_000);
    let reviewed = LogEvent::Answer(LoggedAnswer::review(Grade::Good, 1_000));
    seat.app.mark(seat.uid("d-1"), &reviewed).unwrap();
    world.at("2026-12-20T09:00:00+01:00");
    let shown = world.run(&["exams", "show", &id.to_string()]).success();
    assert!(shown.contains(&format!("`retain exams reschedule {id}` counts what was")), "{shown}");
    let said = world.run(&["exams", "reschedule", &id.to_string()]).success();
    assert_eq!(said, "1 card counts as forgotten and comes back for review\n");
    assert_eq!((seat.record("d-0").state.lapses, seat.record("d-1").state.lapses), (1, 0));
    world
        .run(&["exams", "reschedule", &id.to_string()])
        .failure(1, "error: the wrong answers of exam 1 were counted on Sunday 20 December 2026 already\n");
    assert_eq!(seat.record("d-0").state.lapses, 1);
    let shown = world.run(&["exams", "show", &id.to_string()]).success();
    assert!(shown.contains("1 card counts as forgotten"), "{shown}");
    world
        .run(&["exams", "reschedule", "9"])
        .failure(2, "error: there is no exam `9`\nhint: did you mean `1`\n");
    // It is an answer in the log like any other, so that undo takes it back.
    let _ = world.run(&["undo"]).success();
    assert_eq!(seat.record("d-0").state.lapses, 0);
    seat.assert_states_are_replays();
}

#[test]
fn an_exam_that_is_not_over_or_has_nothing_to_count_is_refused() {
    let (world, mut seat) = seat_with_known_cards();
    let begun = six(&seat, false);
    let mut exam = seat.app.open_exam(&Scope::Deck("d".into()), &begun).unwrap();
    assert_eq!(seat.app.run_exam(&mut exam, &mut PauseAt(2)).unwrap(), ExamLeft::Paused);
    let refused = world.run(&["exams", "reschedule", "1"]);
    assert!(refused.stderr.contains("exam 1 is not over"), "{refused:?}");
    assert_eq!(refused.code, Some(1));
    let _ = sit_knowing(&mut seat, false, |_| true);
    let id = sit_knowing(&mut seat, false, |key| ["d-0", "d-1"].contains(&key));
    let refused = seat.app.reschedule_exam(&seat.app.sitting_named(id).unwrap()).unwrap_err().to_string();
    assert!(refused.contains("no wrong answer of exam 2 is of a card in review"), "{refused}");
}

#[test]
fn a_lapse_of_an_exam_counts_for_leeches_as_one_of_a_review() {
    let world = World::empty().deck("d", &numbers("beginner", "d", 6));
    let mut seat = world.seat();
    // Seven lapses in reviews, and back in review each time.
    let uid = seat.uid("d-0");
    let good = LogEvent::Answer(LoggedAnswer::review(Grade::Easy, 1_000));
    seat.app.mark(uid, &good).unwrap();
    for _ in 0..7 {
        seat.pass_days(60);
        seat.app.mark(uid, &LogEvent::Answer(LoggedAnswer::review(Grade::Again, 1_000))).unwrap();
        seat.pass_days(1);
        seat.app.mark(uid, &good).unwrap();
    }
    seat.pass_days(60);
    assert_eq!((seat.record("d-0").state.lapses, seat.record("d-0").parked), (7, false));
    let id = sit_knowing(&mut seat, true, |_| false);
    assert_eq!((seat.record("d-0").state.lapses, seat.record("d-0").parked), (8, true));
    let counted = seat.app.store.lapses_counted(id).unwrap().unwrap();
    assert_eq!((counted.cards, counted.parked), (1, 1));
    let told = seat.app.result(&seat.app.sitting_named(id).unwrap()).unwrap().unwrap();
    assert!(
        told.next.iter().any(|line| line.contains("1 was parked as a leech: `retain leeches`")),
        "{:?}",
        told.next
    );
    seat.assert_states_are_replays();
}
