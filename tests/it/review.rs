//! The review loop over a scripted terminal: keys in, screens and rows of the log out.
//! Not for how a screen looks (`view/`), for other front ends (`plain.rs`, `json.rs`) or for crashes (`crash.rs`).

mod amount;
mod end;
mod mending;

use retain::app::plan::Wanted;
use retain::app::review::{Ended, Sitting};
use retain::review::{Grade, LogEvent, Purpose};
use retain::schedule::{Due, Phase};
use retain::term::{Key, ScriptedTerminal};

use crate::world::{REVIEW, Seat, World, plain_deck};

const MINUTE: i64 = 60_000;

fn events(seat: &Seat, key: &str) -> Vec<LogEvent> {
    seat.history(key).into_iter().map(|entry| entry.event).collect()
}

fn grades(seat: &Seat, key: &str) -> Vec<Grade> {
    seat.history(key)
        .iter()
        .filter_map(|entry| match &entry.event {
            LogEvent::Answer(answer) => Some(answer.grade),
            _ => None,
        })
        .collect()
}

/// Whether the last screen is the one at the end of a sitting.
fn is_over(terminal: &ScriptedTerminal) -> bool {
    let screen = terminal.screen();
    screen.contains("done for today") || screen.contains("session over")
}

/// The cards of [`plain_deck`]s that were asked, as deck and number, in their order.
fn asked(terminal: &ScriptedTerminal) -> Vec<(String, usize)> {
    let card = |screen: &String| {
        let (number, rest) = screen.split_once("What is number ")?.1.split_once(" of ")?;
        Some((rest.split_once('?')?.0.to_owned(), number.parse().unwrap()))
    };
    let mut cards: Vec<_> = terminal.screens().iter().filter_map(card).collect();
    cards.dedup();
    cards
}

/// The numbers of those of one deck.
fn numbers(terminal: &ScriptedTerminal, deck: &str) -> Vec<usize> {
    let of_deck = asked(terminal).into_iter().filter(|card| card.0 == deck);
    let mut found: Vec<usize> = of_deck.map(|card| card.1).collect();
    found.dedup();
    found
}

// ---- one key a step

#[test]
fn the_answer_is_shown_first_and_each_grade_leads_to_the_interval_that_its_button_names() {
    for (key, grade) in ['1', '2', '3', '4'].into_iter().zip(Grade::ALL) {
        for reveal in [' ', '\n'] {
            let mut seat = World::new().seat();
            let start = seat.now();
            let terminal = seat.review_of(&["paris"], &format!("{key}{reveal}{key}q"));
            let screens = terminal.screens();
            assert!(!screens[1].contains("Paris"), "a grade before the answer does nothing");
            assert!(screens[2].contains("Paris"));
            let (_, buttons) = screens[2].split_once("1 Again").unwrap();
            let state = seat.record("paris").state;
            let shown = match state.due {
                Due::At(at) => format!("{}m", at.ms_since(start) / MINUTE),
                Due::On(day) => format!("{}d", day.days_since(seat.app.moment().today)),
                Due::New => panic!("{key} did nothing"),
            };
            let name = ["", "Hard", "Good", "Easy"][usize::from(grade.number() - 1)];
            assert!(buttons.contains(format!("{key} {name} {shown}").trim_start_matches("1 ")), "{buttons}");
            assert_eq!(grades(&seat, "paris"), [grade]);
        }
    }
}

#[test]
fn what_the_machine_can_check_proposes_a_grade_that_enter_confirms_and_a_digit_overrules() {
    // Keys that answer right, and keys that answer wrong; the shuffles of these are fixed by the seed.
    let cases: [(&str, &str, &str); 3] = [
        ("hot", "warm\n", "cold\n"),
        ("week", "7\n", "8\n"),
        ("hot", " Hot \n", "\n"), // space typed, and an empty line that only reveals
    ];
    for (card, right, wrong) in cases {
        let graded = |keys: &str| {
            let mut seat = World::new().seat();
            let _ = seat.review_of(&[card], &format!("{keys}q"));
            grades(&seat, card)
        };
        assert_eq!(graded(&format!("{right}\n")), [Grade::Good], "{card}");
        assert_eq!(graded(&format!("{wrong}\n")), [Grade::Again], "{card}");
        assert_eq!(graded(&format!("{right}2")), [Grade::Hard], "{card}");
        assert_eq!(graded(&format!("{wrong}3")), [Grade::Good], "{card}");
    }
}

#[test]
fn options_are_chosen_by_digit_or_cursor_and_the_log_keeps_what_was_chosen() {
    // Whatever the shuffle: each digit is tried, and exactly one of three is right.
    let verdict = |keys: &str| {
        let mut seat = World::new().seat();
        let terminal = seat.review_of(&["even"], &format!("{keys}\nq"));
        let LogEvent::Answer(answer) = &seat.history("even")[0].event else { panic!() };
        assert!(answer.seed.is_some(), "a shuffle can be shown again");
        (answer.verdict.unwrap().is_right(), answer.given.clone().unwrap(), terminal.screens())
    };
    let right: Vec<bool> = ["1", "2", "3"].map(|key| verdict(key).0).to_vec();
    assert_eq!(right.iter().filter(|right| **right).count(), 1);
    let place = right.iter().position(|right| *right).unwrap() + 1;
    assert_eq!(verdict(&place.to_string()).1, place.to_string());
    let mut seat = World::new().seat();
    let mut terminal = ScriptedTerminal::new(80, 24);
    for _ in 1..place {
        terminal = terminal.then_key(Key::Down);
    }
    terminal = terminal.keys("\n\nq");
    let mut session = seat.session_of(&["even"], Purpose::Review);
    let _ = seat.run(&mut session, &mut terminal);
    assert_eq!(grades(&seat, "even"), [Grade::Good]);
}

#[test]
fn several_options_and_an_order_are_right_in_part() {
    let mut seat = World::new().seat();
    // One of the two odd numbers, or the even one: marking only the first option is never all right.
    let _ = seat.review_of(&["odd"], "1\n\nq");
    let LogEvent::Answer(answer) = &seat.history("odd")[0].event else { panic!() };
    assert!(!answer.verdict.unwrap().is_right());
    // Items are never shown in their right order, so leaving them as they are is never right.
    let _ = seat.review_of(&["order"], "\n\nq");
    let LogEvent::Answer(answer) = &seat.history("order")[0].event else { panic!() };
    assert!(!answer.verdict.unwrap().is_right());
    assert_eq!(answer.given.as_deref(), Some("1 2 3"));
    // All that are odd, found by trying: some pair of marks is right.
    let pairs = ["12\n\nq", "13\n\nq", "23\n\nq"];
    let right = pairs.map(|keys| {
        let mut seat = World::new().seat();
        let _ = seat.review_of(&["odd"], keys);
        let LogEvent::Answer(answer) = &seat.history("odd")[0].event else { panic!() };
        answer.verdict.unwrap().is_right()
    });
    assert_eq!(right.iter().filter(|right| **right).count(), 1, "{right:?}");
}

#[test]
fn a_gap_is_recalled_or_typed_as_the_learner_prefers() {
    let mut seat = World::new().seat();
    let terminal = seat.review_of(&["river"], " 3q");
    assert!(!terminal.screens()[0].contains("source"));
    assert!(terminal.screens()[1].contains("source"));
    assert_eq!(grades(&seat, "river"), [Grade::Good]);
    let mut seat = World::new().set(|settings| settings.type_cloze = true).seat();
    let terminal = seat.review_of(&["river"], "source\n\nq");
    let first = &terminal.screens()[0];
    assert!(first.contains("A river flows from its […]") && !first.contains("source"), "{first}");
    let LogEvent::Answer(answer) = &seat.history("river")[0].event else { panic!() };
    assert_eq!((answer.given.as_deref(), answer.grade), (Some("source"), Grade::Good));
}

#[test]
fn a_picture_that_is_too_wide_for_the_screen_is_told_in_words() {
    let deck = "Problem: raft.commit-index\nservers = 5\nlog = 9\n<!-- id: log -->\n";
    let mut seat = World::empty().deck("problems", deck).seat();
    let mut first = |columns: usize| {
        let mut terminal = ScriptedTerminal::new(columns, 40).keys("");
        let mut session = seat.session_of(&["log"], Purpose::Review);
        let _ = seat.run(&mut session, &mut terminal);
        terminal.screens()[0].clone()
    };
    let (wide, narrow) = (first(80), first(40));
    assert!(wide.contains('│') && !wide.contains('↪'), "{wide}");
    assert!(!narrow.contains('│') && !narrow.contains('↪'), "{narrow}");
    let words = narrow.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("S1 (leader): the terms of its entries 1 to 9 are"), "{narrow}");
}

#[test]
fn hint_why_help_and_history_are_shown_on_their_keys_and_write_nothing() {
    let mut seat = World::new().seat();
    let terminal = seat.review_of(&["paris"], "hw? i  w?\u{1b}q");
    let screens = terminal.screens();
    assert!(!screens[0].contains("a river runs"));
    assert!(screens[1].contains("a river runs"));
    assert!(screens[2].contains("first the answer"), "why waits for the answer:\n{}", screens[2]);
    assert!(screens[3].contains("suspend"), "help names the keys:\n{}", screens[3]);
    assert!(screens[5].contains("lapses"), "history:\n{}", screens[5]);
    let answer = screens.iter().find(|screen| screen.contains("Paris")).unwrap();
    assert!(!answer.contains("987"), "what was recalled is explained on request");
    assert!(screens.iter().any(|screen| screen.contains("987") && screen.contains("Test 2026, p. 7")));
    assert_eq!(seat.log(), []);
    // No hint, no link: said, not silent.
    let terminal = seat.review_of(&["even"], "hoq");
    assert!(terminal.screens()[1].contains("this card has no hint"));
    assert!(terminal.screens()[2].contains("this card has no link in sight"));
}

#[test]
fn a_link_is_opened_once_it_is_in_sight() {
    let mut seat = World::new().seat();
    let terminal = seat.review_of(&["paris"], "o woq");
    assert_eq!(terminal.opened, ["https://example.org/paris"]);
    assert!(terminal.screen().contains("opened https://example.org/paris"));
}

#[test]
fn a_flag_takes_a_note_and_goes_by_the_same_key() {
    let mut seat = World::new().seat();
    let terminal = seat.review_of(&["paris"], "fcheck te\u{8}he\u{8} year\nq");
    assert!(terminal.screen().contains("flagged"), "{}", terminal.screen());
    assert_eq!(seat.record("paris").flag.as_deref(), Some("check th year"));
    assert_eq!(events(&seat, "paris"), [LogEvent::Flag("check th year".into())]);
    // Escape: never mind. A flagged card loses its flag at once; undo gives it back.
    let _ = seat.review_of(&["even"], "fno\u{1b}q");
    assert_eq!(seat.record("even").flag, None);
    let _ = seat.review_of(&["paris"], "fq");
    assert_eq!(seat.record("paris").flag, None);
    let _ = seat.review_of(&["paris"], "fagain\nuuq");
    assert_eq!(seat.record("paris").flag.as_deref(), Some("check th year"), "both were taken back");
    seat.assert_states_are_replays();
}

#[test]
fn a_buried_card_is_back_tomorrow_and_a_suspended_one_when_it_is_resumed() {
    let world = World::empty().deck("d", &plain_deck("d", 2));
    let mut seat = world.seat();
    let terminal = seat.review("bsq");
    assert_eq!(numbers(&terminal, "d"), [0, 1]);
    assert!(is_over(&seat.review("q")), "neither is asked again today");
    seat.pass_days(1);
    assert_eq!(numbers(&seat.review("q"), "d"), [0]);
    drop(seat);
    world.pass_days(1);
    let place = world.deck_path("d").canonicalize().unwrap();
    let listed = world.run(&["suspended"]).success();
    assert_eq!(listed, format!("d-1  What is number 1 of d?\n    {}:5  0 lapses\n", place.display()));
    assert_eq!(world.run(&["resume", "d-1"]).success(), "back among the others: What is number 1 of d?\n");
    assert_eq!(world.run(&["suspended"]).success(), "no card is suspended\n");
    assert_eq!(numbers(&world.seat().review(" 3q"), "d"), [0, 1]);
}

#[test]
fn leaving_and_interrupting_are_told_apart() {
    let ended = |keys: &str, last: Option<Key>| {
        let mut seat = World::new().seat();
        let mut terminal = ScriptedTerminal::new(80, 24).keys(keys);
        if let Some(key) = last {
            terminal = terminal.then_key(key);
        }
        let mut session = seat.session();
        seat.run(&mut session, &mut terminal)
    };
    assert_eq!(ended("q", None), Ended::Done);
    assert_eq!(ended("\u{1b}", None), Ended::Done);
    // At a card, in the entry of a note, over the help, over the history, at the end.
    for before in [" ", "fhalf a no", "?", "i", "bsbsbsb"] {
        for key in [Key::Interrupt, Key::Terminate, Key::Eof] {
            assert_eq!(ended(before, Some(key)), Ended::Interrupted, "{before:?} {key:?}");
        }
    }
}

#[test]
fn a_new_size_is_drawn_at_once_and_changes_nothing_else() {
    let mut seat = World::new().seat();
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" ").then_resize(40, 12).keys("3q");
    let mut session = seat.session_of(&["paris"], Purpose::Review);
    let _ = seat.run(&mut session, &mut terminal);
    let screens = terminal.screens();
    assert!(screens[2].contains("Paris"));
    assert_eq!(screens[2].lines().count(), 12);
    assert!(screens[2].lines().all(|line| line.chars().count() <= 40), "{}", screens[2]);
    assert_eq!(grades(&seat, "paris"), [Grade::Good]);
}

// ---- within the day, and from day to day

#[test]
fn a_card_being_learnt_comes_back_after_its_step_before_anything_else() {
    let world = World::empty().deck("d", &plain_deck("d", 3));
    let mut seat = world.seat();
    let first = seat.review(" 1q");
    assert_eq!(numbers(&first, "d"), [0, 1]);
    assert_eq!(seat.record("d-0").state.phase, Phase::Learning);
    seat.pass(9 * MINUTE);
    assert_eq!(numbers(&seat.review("q"), "d"), [1], "its ten minutes are not over");
    seat.pass(MINUTE);
    assert_eq!(numbers(&seat.review(" 3q"), "d"), [0, 1]);
    assert_eq!(seat.record("d-0").state.phase, Phase::Review);
    assert_eq!(seat.record("d-0").state.interval, 1);
}

#[test]
fn when_nothing_else_is_left_a_learning_card_is_shown_a_little_ahead() {
    let world = World::empty().deck("d", &plain_deck("d", 2));
    let mut seat = world.seat();
    assert_eq!(numbers(&seat.review(" 1 3 3q"), "d"), [0, 1, 0]);
    seat.assert_states_are_replays();
    let world = World::empty().deck("d", &plain_deck("d", 2)).set(|s| s.learn_ahead_minutes = 5);
    let mut seat = world.seat();
    let terminal = seat.review(" 1 3q");
    assert_eq!(numbers(&terminal, "d"), [0, 1], "ten minutes are more than five");
    assert!(is_over(&terminal), "{}", terminal.screen());
}

#[test]
fn a_lapse_goes_through_a_retry_and_keeps_its_count() {
    let world = World::empty().deck("d", &plain_deck("d", 1));
    let mut seat = world.seat();
    let _ = seat.review(" 3q");
    seat.pass_days(1);
    let _ = seat.review(" 3q");
    let interval = seat.record("d-0").state.interval;
    seat.pass_days(i64::from(interval));
    let _ = seat.review(" 1q");
    let state = seat.record("d-0").state;
    assert_eq!((state.phase, state.lapses), (Phase::Relearning, 1));
    assert_eq!(state.due, Due::At(seat.now().plus_ms(10 * MINUTE)));
    seat.pass(10 * MINUTE);
    let _ = seat.review(" 3q");
    let state = seat.record("d-0").state;
    assert_eq!((state.phase, state.lapses, state.reps), (Phase::Review, 1, 4));
    assert_eq!(state.due, Due::On(seat.app.moment().today.plus(1)));
    seat.assert_states_are_replays();
}

/// Forgets a card `times` times, each after it was known again.
fn forget(seat: &mut Seat, key: &str, times: usize) -> ScriptedTerminal {
    let mut last =
        seat.review_of(&[key], if seat.record(key).state.phase == Phase::New { " 3q" } else { "q" });
    for _ in 0..times {
        let due = seat.record(key).state.interval;
        seat.pass_days(i64::from(due));
        last = seat.review_of(&[key], " 1 3q");
    }
    last
}

#[test]
fn the_eighth_lapse_parks_a_card_and_it_can_be_released() {
    let world = World::empty().deck("d", &plain_deck("d", 2));
    let mut seat = world.seat();
    let _ = forget(&mut seat, "d-0", 7);
    assert!(!seat.record("d-0").parked);
    seat.pass_days(1);
    let terminal = seat.review_of(&["d-0"], " 1q");
    assert!(terminal.screen().contains("forgotten 8 times: parked as a leech"), "{}", terminal.screen());
    assert!(seat.record("d-0").parked);
    // Taken back as one, given again as one.
    let _ = seat.review("uq");
    let record = seat.record("d-0");
    assert_eq!((record.parked, record.state.lapses), (false, 7));
    let _ = seat.review_of(&["d-0"], " 1q");
    assert!(seat.record("d-0").parked);
    seat.pass_days(30);
    assert_eq!(numbers(&seat.review("q"), "d"), [1], "a parked card is not asked");
    seat.assert_states_are_replays();
    world.at(&seat.now().to_rfc3339(world.now().1));
    drop(seat);
    assert!(world.run(&["leeches"]).success().starts_with("d-0  What is number 0 of d?\n"));
    assert_eq!(world.run(&["leeches", "--release", "d-0"]).success(), "released: What is number 0 of d?\n");
    assert_eq!(world.run(&["leeches"]).success(), "no card is parked\n");
    let mut seat = world.seat();
    assert!(!seat.record("d-0").parked);
    let _ = seat.review(" 3q");
    let _ = forget(&mut seat, "d-0", 3);
    assert!(!seat.record("d-0").parked, "eleven lapses");
    let _ = forget(&mut seat, "d-0", 1);
    assert!(seat.record("d-0").parked, "twelve lapses");
}

#[test]
fn siblings_wait_for_another_day() {
    let cloze = "C: The [first] and the [second] part.\n<!-- id: pair -->\n";
    let world = World::empty().deck("d", cloze);
    let mut seat = world.seat();
    let terminal = seat.review(" 3q");
    assert!(is_over(&terminal), "one of the two is enough:\n{}", terminal.screen());
    assert_eq!(seat.log().len(), 1);
    assert!(is_over(&seat.review("q")));
    seat.pass_days(1);
    // The first is due and the second is new: still only one of them.
    let _ = seat.review(" 3q");
    assert_eq!(seat.log().len(), 2);
    seat.pass_days(1);
    let _ = seat.review(" 3q");
    let seen: std::collections::HashSet<_> = seat.log().iter().map(|entry| entry.card).collect();
    assert_eq!(seen.len(), 2, "and the other has its turn");
}

#[test]
fn the_day_turns_at_four_in_the_morning() {
    let world = World::empty().deck("d", &plain_deck("d", 9)).set(|settings| settings.new_per_day = 1);
    world.at("2026-11-24T23:30:00+01:00");
    let mut seat = world.seat();
    assert_eq!(numbers(&seat.review(" 3q"), "d"), [0]);
    // Half past three is still the same day: no new card, and the first is not due.
    seat.pass(4 * 60 * MINUTE);
    assert!(is_over(&seat.review("q")));
    seat.pass(30 * MINUTE);
    let mut both = numbers(&seat.review(" 3 3q"), "d");
    both.sort_unstable();
    assert_eq!(both, [0, 1]);
}

#[test]
fn a_sitting_that_runs_past_the_turn_of_the_day_ends_on_the_new_day() {
    let world = World::empty().deck("d", &plain_deck("d", 2));
    world.at("2026-11-25T03:59:00+01:00");
    let mut seat = world.seat();
    let mut session = seat.session();
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" 3");
    let _ = seat.run(&mut session, &mut terminal);
    seat.pass(2 * MINUTE);
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" 3q");
    let _ = seat.run(&mut session, &mut terminal);
    let days: Vec<String> = seat.log().iter().map(|entry| entry.day.to_string()).collect();
    assert_eq!(days, ["2026-11-24", "2026-11-25"]);
    seat.assert_states_are_replays();
}
