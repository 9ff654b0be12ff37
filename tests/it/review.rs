//! The review loop over a scripted terminal: keys in, screens and rows of the log out.
//! Not for how a screen looks (`view/`), for other front ends (`plain.rs`, `json.rs`) or for crashes (`crash.rs`).

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

/// The numbers of the cards of a [`plain_deck`] in the order in which they were asked.
fn numbers(terminal: &ScriptedTerminal, deck: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for screen in terminal.screens() {
        let Some((_, rest)) = screen.split_once("What is number ") else { continue };
        let Some((number, _)) = rest.split_once(&format!(" of {deck}?")) else { continue };
        let number = number.parse().unwrap();
        if found.last() != Some(&number) {
            found.push(number);
        }
    }
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

// ---- how much, and what

#[test]
fn new_cards_are_limited_by_the_day_over_any_number_of_sittings_and_more_can_be_asked_for() {
    let world = World::empty().deck("d", &plain_deck("d", 20)).set(|settings| settings.new_per_day = 3);
    let mut seat = world.seat();
    let _ = seat.review(" 3 3q");
    let _ = seat.review(" 3 3q");
    assert_eq!(seat.log().len(), 3, "two, then one");
    // An answer taken back gives its room back.
    let _ = seat.review("uq");
    let _ = seat.review(" 3 3q");
    assert_eq!(seat.log().len(), 5, "three answers, one of them twice, and the retraction");
    seat.app.allow_more(2).unwrap();
    let _ = seat.review(" 3 3 3q");
    assert_eq!(seat.log().len(), 7);
    seat.pass_days(1);
    let terminal = seat.review("q");
    assert!(terminal.screens()[0].contains("3 new"), "more was for one day:\n{}", terminal.screens()[0]);
}

#[test]
fn a_day_that_uses_up_a_deck_goes_on_with_the_decks_that_waited_for_it() {
    let after = |required: &str, name: &str| {
        format!("---\nname = \"{name}\"\nrequires = [\"{required}\"]\n---\n\n{}", plain_deck(name, 3))
    };
    let world = World::empty()
        .deck("a", &plain_deck("a", 3))
        .deck("b", &after("a", "b"))
        .deck("c", &after("b", "c"))
        .set(|settings| settings.new_per_day = 8);
    let terminal = world.seat().review(&" 3".repeat(12));
    let decks: Vec<String> = asked(&terminal).iter().map(|card| card[..1].to_owned()).collect();
    assert_eq!(decks.concat(), "aaabbbcc", "in order, and no more than the day holds");
}

/// The plain cards that were asked, as `deck-number`, in their order.
fn asked(terminal: &ScriptedTerminal) -> Vec<String> {
    let mut cards: Vec<String> = terminal
        .screens()
        .iter()
        .filter_map(|screen| {
            let (number, rest) = screen.split_once("What is number ")?.1.split_once(" of ")?;
            Some(format!("{}-{number}", &rest[..1]))
        })
        .collect();
    cards.dedup();
    cards
}

#[test]
fn reviews_are_limited_by_the_day_and_new_cards_pause_in_a_backlog() {
    let world = World::empty().deck("d", &plain_deck("d", 6));
    let mut seat = world.seat();
    let _ = seat.review(" 3 3 3 3q");
    drop(seat);
    let world = world.set(|settings| settings.reviews_per_day = 2);
    world.pass_days(1);
    let mut seat = world.seat();
    let _ = seat.review(" 3 3 3 3q");
    assert_eq!(seat.log().len(), 6, "two of the four due, and none of the two new");
    let _ = seat.review(" 3q");
    assert_eq!(seat.log().len(), 6, "the day holds no more");
    seat.pass_days(1);
    let _ = seat.review(" 3 3 3 3q");
    assert_eq!(seat.log().len(), 6 + 4, "the backlog is gone: the other two, and both new ones");
}

#[test]
fn a_sitting_can_be_bounded_by_cards_and_by_minutes() {
    let world = World::empty().deck("d", &plain_deck("d", 9));
    let mut seat = world.seat();
    let mut session = seat.plan(&Wanted::default(), Sitting { limit: Some(2), ..REVIEW });
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" 3 3 3q");
    let _ = seat.run(&mut session, &mut terminal);
    assert_eq!(seat.log().len(), 2);
    let mut session = seat.plan(&Wanted::default(), Sitting { minutes: Some(1), ..REVIEW });
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" 3 ");
    let _ = seat.run(&mut session, &mut terminal);
    seat.pass(2 * MINUTE);
    let mut terminal = ScriptedTerminal::new(80, 24).keys("3 3q");
    let _ = seat.run(&mut session, &mut terminal);
    assert_eq!(seat.log().len(), 4, "the card being answered is finished, and no other begun");
}

#[test]
fn a_review_can_be_narrowed_to_decks_levels_tags_and_files() {
    let head = |level: &str, tag: &str| format!("---\nlevel = \"{level}\"\ntags = [\"{tag}\"]\n---\n");
    let world = World::empty()
        .deck("one", &(head("beginner", "red") + &plain_deck("one", 2)))
        .deck("two", &(head("advanced", "blue") + &plain_deck("two", 2)));
    let file = world.folder().join("loose.md");
    std::fs::write(&file, plain_deck("loose", 1)).unwrap();
    let first = |args: &[&str]| {
        let mut all = vec!["review", "--json"];
        all.extend(args);
        let said = world.feed(&all, "{\"command\":\"quit\"}\n").success();
        let cards = said.lines().next().unwrap().split("\"cards\":").nth(1).unwrap();
        let cards: usize = cards.split(',').next().unwrap().parse().unwrap();
        let key = said.lines().nth(1).unwrap().split("\"key\":\"").nth(1).unwrap().split('"').next().unwrap();
        (cards, key.split('-').next().unwrap().to_owned())
    };
    assert_eq!(first(&["--deck", "two"]), (2, "two".into()));
    assert_eq!(first(&["--deck", "two", "--deck", "one"]).0, 4);
    assert_eq!(first(&["--level", "beginner"]), (2, "one".into()));
    assert_eq!(first(&["--tag", "blue"]), (2, "two".into()));
    assert_eq!(first(&[file.to_str().unwrap()]), (1, "loose".into()));
    assert_eq!(first(&[]).0, 4, "a file that was only named is not at hand afterwards");
    world
        .run(&["review", "--deck", "twoo"])
        .failure(2, "error: there is no deck `twoo`\nhint: did you mean `two`\n");
    world.run(&["review", "--tag", "green"]).failure(2, "error: there is no card with the tag `green`\n");
}

#[test]
fn a_registered_folder_takes_part_until_it_is_taken_off() {
    let world = World::empty();
    let folder = world.folder().join("more");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("extra.md"), plain_deck("extra", 2)).unwrap();
    let path = folder.canonicalize().unwrap();
    let name = path.to_str().unwrap();
    assert_eq!(
        world.run(&["deck", "add", "more"]).success(),
        format!("registered `{name}`: 1 deck, 2 cards\n")
    );
    assert_eq!(numbers(&world.seat().review("q"), "extra"), [0]);
    assert_eq!(
        world.run(&["deck", "remove", name]).success(),
        format!("`{name}` is off the register; nothing was deleted\n")
    );
    assert!(is_over(&world.seat().review("q")));
}

#[test]
fn decks_are_mixed_and_new_cards_lie_among_reviews() {
    let world = World::empty().deck("a", &plain_deck("a", 12)).deck("b", &plain_deck("b", 12));
    let mut seat = world.seat();
    let _ = seat.review(&format!("{}q", " 3".repeat(8)));
    seat.pass_days(1);
    let terminal = seat.review(&format!("{}q", " 3".repeat(24)));
    let order: Vec<(bool, String)> = asked(&terminal)
        .into_iter()
        .map(|card| (seat.history(&card).len() == 1, card[..1].to_owned()))
        .collect();
    assert_eq!(order.len(), 24);
    let new: Vec<usize> = (0..24).filter(|&place| order[place].0).collect();
    assert_eq!(new.len(), 16);
    assert!(new[0] < 6 && new.windows(2).any(|pair| pair[1] > pair[0] + 1), "woven: {new:?}");
    let changes = order.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    assert!(changes >= 8, "mixed: {order:?}");
}

#[test]
fn cards_that_are_mistaken_for_one_another_are_kept_apart() {
    let mut deck = plain_deck("d", 14);
    deck = deck.replace("A: answer 0\n", "A: answer 0\nConfuses: d-1\n");
    let world = World::empty().deck("d", &deck);
    let mut seat = world.seat();
    let order = numbers(&seat.review(&format!("{}q", " 3".repeat(14))), "d");
    assert_eq!(order.len(), 14);
    let place = |card| order.iter().position(|&asked| asked == card).unwrap();
    assert!(place(0).abs_diff(place(1)) > 8, "{order:?}");
}

// ---- taking back

#[test]
fn undo_goes_back_as_far_as_there_are_answers_and_asks_each_card_again() {
    let world = World::empty().deck("d", &plain_deck("d", 4));
    let mut seat = world.seat();
    // Three answers, three undos, one too many; the log keeps everything.
    let terminal = seat.review(" 1 3 4uuuuq");
    assert_eq!(numbers(&terminal, "d"), [0, 1, 2, 3, 2, 1, 0]);
    assert!(terminal.screen().contains("there is nothing to take back"), "{}", terminal.screen());
    assert_eq!(seat.log().len(), 6);
    for key in ["d-0", "d-1", "d-2"] {
        assert_eq!(seat.record(key), retain::schedule::replay::CardRecord::default(), "{key}");
    }
    seat.assert_states_are_replays();
    // And on: the same cards are answered anew.
    let _ = seat.review(" 3 3q");
    assert_eq!(seat.record("d-0").state.reps, 1);
    seat.assert_states_are_replays();
}

#[test]
fn undo_works_after_the_last_card_and_the_summary_forgets_what_was_taken_back() {
    let world = World::empty().deck("d", &plain_deck("d", 1));
    let mut seat = world.seat();
    let terminal = seat.review(" 4u 3q");
    let screens = terminal.screens();
    assert!(screens[2].contains("done for"), "{}", screens[2]);
    assert!(screens[3].contains("taken back: answer again"), "{}", screens[3]);
    let end = terminal.screen();
    assert!(end.contains("good 1") && end.contains("easy 0"), "{end}");
    assert_eq!(seat.record("d-0").last_grade, Some(Grade::Good));
}

#[test]
fn undo_reaches_back_into_earlier_sittings_and_days() {
    let world = World::empty().deck("d", &plain_deck("d", 3));
    let mut seat = world.seat();
    let _ = seat.review(" 3 4q");
    seat.pass_days(2);
    // Within a new sitting: the answer of two days ago.
    let terminal = seat.review("uq");
    assert!(terminal.screen().contains("taken back"), "{}", terminal.screen());
    assert_eq!(seat.record("d-1").state.phase, Phase::New);
    world.at(&seat.now().to_rfc3339(world.now().1));
    drop(seat);
    // From the command line: the one before it, and then there is none.
    assert_eq!(world.run(&["undo"]).success(), "taken back: What is number 0 of d?\nit is new again\n");
    world.run(&["undo"]).failure(1, "error: there is nothing to take back\n");
    world.seat().assert_states_are_replays();
}

#[test]
fn marks_are_taken_back_like_answers() {
    let world = World::empty().deck("d", &plain_deck("d", 3));
    let mut seat = world.seat();
    let terminal = seat.review("busufnote\nuq");
    assert_eq!(numbers(&terminal, "d"), [0, 1, 0, 1, 0]);
    assert_eq!(seat.record("d-0"), retain::schedule::replay::CardRecord::default());
    assert_eq!(seat.log().len(), 6);
    seat.assert_states_are_replays();
}

#[test]
fn a_flag_and_an_answer_of_the_same_instant_are_taken_back_one_by_one() {
    let world = World::empty().deck("d", &plain_deck("d", 1));
    let mut seat = world.seat();
    let _ = seat.review("fnote\n 3q");
    // A new sitting, so that undo looks into the log: the answer goes, the flag stays.
    let _ = seat.review("uq");
    let record = seat.record("d-0");
    assert_eq!((record.state.phase, record.flag.as_deref()), (Phase::New, Some("note")));
    let _ = seat.review("uq");
    assert_eq!(seat.record("d-0").flag, None);
    seat.assert_states_are_replays();
}

// ---- editing

#[test]
fn an_edited_card_is_redrawn_with_its_progress() {
    let world = World::empty().deck("d", &plain_deck("d", 2));
    let mut seat = world.seat();
    let _ = seat.review(" 3q");
    seat.pass_days(1);
    let before = seat.record("d-0");
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" e").then_edit(|path| {
        let text = std::fs::read_to_string(path)?;
        std::fs::write(path, text.replace("What is number 0 of d?", "Which number is the zeroth, at last?"))?;
        Ok(true)
    });
    terminal = terminal.keys(" 3q");
    let mut session = seat.session_of(&["d-0"], Purpose::Review);
    let _ = seat.run(&mut session, &mut terminal);
    assert_eq!(terminal.edited.len(), 1);
    assert_eq!((terminal.edited[0].0.file_name().unwrap(), terminal.edited[0].1), ("d.md".as_ref(), 1));
    let redrawn = &terminal.screens()[2];
    assert!(redrawn.contains("Which number is the zeroth, at last?"), "{redrawn}");
    assert!(redrawn.contains("its progress is kept"), "{redrawn}");
    assert_eq!(seat.record("d-0").state.reps, before.state.reps + 1);
    seat.assert_states_are_replays();
}

#[test]
fn an_edit_without_an_id_keeps_the_progress_too_and_a_deleted_card_is_skipped() {
    let world = World::empty().deck("d", "Q: What is a qourum of five?\nA: three\n\nQ: Another?\nA: yes\n");
    let mut seat = world.seat();
    let _ = seat.review(" 3q");
    let card = seat.log()[0].card;
    seat.pass_days(1);
    let terminal = ScriptedTerminal::new(80, 24).keys("e").then_edit(|path| {
        std::fs::write(path, "Q: What is a quorum of five servers?\nA: three\n\nQ: Another?\nA: yes\n")?;
        Ok(true)
    });
    let queued = seat.app.store.queue_row(card).unwrap().unwrap();
    let plan = retain::app::review::plan_of(vec![queued.clone()]);
    let mut session = seat.app.begin(plan, REVIEW).unwrap();
    let mut terminal = terminal.keys(" 3q");
    let _ = seat.run(&mut session, &mut terminal);
    assert!(terminal.screens()[1].contains("quorum of five servers"), "{}", terminal.screens()[1]);
    assert_eq!(seat.app.store.record(card).unwrap().unwrap().state.reps, 2);
    // The card vanishes under the learner's hands.
    seat.pass_days(9);
    let plan = retain::app::review::plan_of(vec![queued]);
    let mut session = seat.app.begin(plan, REVIEW).unwrap();
    let terminal = ScriptedTerminal::new(80, 24).keys("e").then_edit(|path| {
        std::fs::write(path, "Q: Another?\nA: yes\n")?;
        Ok(true)
    });
    let mut terminal = terminal.keys("q");
    let _ = seat.run(&mut session, &mut terminal);
    assert!(terminal.screen().contains("no longer in its deck"), "{}", terminal.screen());
    assert_eq!(seat.app.store.record(card).unwrap().unwrap().state.reps, 2, "its history is kept");
}

#[test]
fn an_edit_in_another_window_shows_whole_even_where_only_the_answer_grew() {
    let world = World::empty().deck("d", "Q: What is a quorum of five?\nA: three\n");
    let mut seat = world.seat();
    let mut session = seat.session();
    world.write_deck("d", "Q: What is a quorum of five?\nA: three servers, or any larger number of them\n");
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" 3q");
    let _ = seat.run(&mut session, &mut terminal);
    assert!(
        terminal.screens()[1].contains("three servers, or any larger number of them"),
        "{}",
        terminal.screens()[1]
    );
}

#[test]
fn an_edit_of_a_file_that_was_only_given_is_seen() {
    let world = World::empty();
    let file = world.folder().join("loose.md");
    std::fs::write(&file, "Q: What is a quorum of five?\nA: three\n").unwrap();
    let mut seat = world.seat();
    let given = seat.app.refresh(std::slice::from_ref(&file)).unwrap().given;
    let mut session = seat.plan(&Wanted { paths: Some(given), ..Wanted::default() }, REVIEW);
    let mut terminal = ScriptedTerminal::new(80, 24).keys("e").then_edit(|path| {
        std::fs::write(path, "Q: What is a quorum of five?\nA: three, and never fewer\n")?;
        Ok(true)
    });
    terminal = terminal.keys(" 3q");
    let _ = seat.run(&mut session, &mut terminal);
    assert!(terminal.screens()[2].contains("three, and never fewer"), "{}", terminal.screens()[2]);
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let world = World::empty().deck("d", &plain_deck("d", 1));
    let mut seat = world.seat();
    let mut terminal = ScriptedTerminal::new(80, 24).keys("e").then_edit(|_| Ok(false)).keys("q");
    let mut session = seat.session();
    let _ = seat.run(&mut session, &mut terminal);
    assert!(terminal.screen().contains("the editor did not end well"), "{}", terminal.screen());
    assert_eq!(seat.log(), []);
}

#[test]
fn to_edit_a_card_of_the_course_makes_a_copy_in_the_learners_folder_that_keeps_all_progress() {
    let world = World::with_course();
    let mut seat = world.seat();
    let _ = seat.review(" 3q");
    let card = seat.log()[0].card;
    let row = seat.app.store.card(card).unwrap().unwrap();
    let path = seat.app.store.deck(row.deck).unwrap().unwrap().path;
    let slug = retain::shelf::slug(&path);
    let cards = |seat: &Seat| {
        let counts = seat.app.store.deck_counts(&seat.app.moment()).unwrap();
        counts.iter().map(|count| count.cards).sum::<u32>()
    };
    let all = cards(&seat);
    seat.pass_days(1);
    let queued = seat.app.store.queue_row(card).unwrap().unwrap();
    let mut session = seat.app.begin(retain::app::review::plan_of(vec![queued]), REVIEW).unwrap();
    let mut terminal = ScriptedTerminal::new(80, 24).keys("e").then_edit(|path| {
        let text = std::fs::read_to_string(path)?;
        std::fs::write(path, text.replacen("Q: ", "Q: In my own words: ", 1))?;
        Ok(true)
    });
    terminal = terminal.keys("q");
    let _ = seat.run(&mut session, &mut terminal);
    let own = world.deck_path(&slug).canonicalize().unwrap();
    assert_eq!((terminal.edited.len(), &terminal.edited[0].0), (1, &own));
    let now = seat.app.store.card(card).unwrap().unwrap();
    assert_eq!(seat.app.store.deck(now.deck).unwrap().unwrap().path, own.to_str().unwrap());
    assert_eq!(cards(&seat), all, "every card once: the copy takes the deck's place");
    assert_eq!(seat.app.store.record(card).unwrap().unwrap().state.reps, 1);
    // Without the copy the course's own deck is back, and so is every card.
    std::fs::remove_file(own).unwrap();
    seat.app.refresh(&[]).unwrap();
    assert_eq!(cards(&seat), all);
    assert_eq!(seat.app.store.record(card).unwrap().unwrap().state.reps, 1);
    seat.assert_states_are_replays();
}

// ---- the end, and practice

#[test]
fn the_end_says_what_was_done_and_leads_home() {
    let world = World::empty().deck("d", &plain_deck("d", 3));
    let mut seat = world.seat();
    let mut session = seat.session();
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" 3 3 3\n");
    let mut front = retain::app::front::terminal::TerminalFront::new(&mut terminal, "opener");
    assert_eq!(seat.app.run(&mut session, &mut front).unwrap(), Ended::Done);
    assert!(front.wants_home());
    let end = terminal.screen();
    for part in ["3", "100%", "good 3", "tomorrow", "3 cards due", "streak", "enter home", "u undo", "q quit"]
    {
        assert!(end.contains(part), "{part}:\n{end}");
    }
    let home = world.run(&[]).success();
    assert!(home.contains("24 November 2026"), "{home}");
}

#[test]
fn a_quiz_asks_each_card_once_and_leaves_the_schedule_alone() {
    let world = World::empty().deck("d", &plain_deck("d", 3));
    let mut seat = world.seat();
    let _ = seat.review(" 3q");
    let before = seat.app.store.all_records().unwrap();
    let mut session = seat.session_of(&["d-0", "d-1", "d-2"], Purpose::Quiz);
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" 1 3 3");
    let _ = seat.run(&mut session, &mut terminal);
    assert_eq!(numbers(&terminal, "d")[..3], [0, 1, 2]);
    let end = terminal.screen();
    assert!(end.contains('2') && end.contains("What is number 0 of d?"), "what was missed is named:\n{end}");
    assert_eq!(seat.app.store.all_records().unwrap(), before);
    let quiz = seat
        .log()
        .iter()
        .filter(|entry| matches!(&entry.event, LogEvent::Answer(answer) if answer.purpose == Purpose::Quiz))
        .count();
    assert_eq!(quiz, 3, "the log knows what was practised");
    assert_eq!(numbers(&seat.review(" 3 3q"), "d"), [1, 2], "both are still new, and within the day's limit");
    seat.assert_states_are_replays();
}

#[test]
fn a_quiz_from_the_home_screen_asks_what_was_begun_and_before_that_what_comes_first() {
    let world = World::empty().deck("a", &plain_deck("a", 30)).deck("b", &plain_deck("b", 30));
    let mut seat = world.seat();
    let decks = |seat: &Seat| -> Vec<String> {
        seat.app.begun_cards(5).unwrap().iter().map(|card| card.key.0[..1].to_owned()).collect()
    };
    assert_eq!(decks(&seat), ["a"; 5]);
    let mut session = seat.session_of(&["b-7", "b-9"], Purpose::Review);
    let _ = seat.run(&mut session, &mut ScriptedTerminal::new(80, 24).keys(" 3 3"));
    assert_eq!(decks(&seat), ["b"; 2]);
}

#[test]
fn undo_in_a_quiz_takes_back_practice_and_never_a_review() {
    let world = World::empty().deck("d", &plain_deck("d", 2));
    let mut seat = world.seat();
    let _ = seat.review(" 3q");
    let before = seat.record("d-0");
    let mut session = seat.session_of(&["d-1"], Purpose::Quiz);
    let mut terminal = ScriptedTerminal::new(80, 24).keys("u 1uuq");
    let _ = seat.run(&mut session, &mut terminal);
    assert_eq!(seat.record("d-0"), before);
    assert!(terminal.screens()[1].contains("there is nothing to take back"), "{}", terminal.screens()[1]);
    assert_eq!(seat.log().len(), 3, "the review, the practice, and what took it back");
}

#[test]
fn a_quiz_from_the_command_line_draws_as_many_as_asked_for() {
    let world = World::empty().deck("d", &plain_deck("d", 30));
    let said = world.feed(&["quiz", "d", "-n", "4", "--plain"], &"\n3\n".repeat(9)).success();
    assert_eq!(said.matches("What is number").count(), 4, "{said}");
    assert!(said.contains("done: 4 cards") && said.contains("100 % right"), "{said}");
    world.run(&["quiz", "e"]).failure(2, "error: there is no deck `e`\nhint: did you mean `d`\n");
}

#[test]
fn a_card_answered_in_another_sitting_meanwhile_is_noticed_and_skipped() {
    let world = World::empty().deck("d", &plain_deck("d", 2));
    let mut seat = world.seat();
    let mut other = world.seat();
    let mut session = seat.session();
    // The first card is on this screen, its answer shown, when the other sitting grades it.
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" ");
    let _ = seat.run(&mut session, &mut terminal);
    let _ = other.review(" 1q");
    let mut terminal = ScriptedTerminal::new(80, 24).keys("4q");
    let _ = seat.run(&mut session, &mut terminal);
    assert!(terminal.screen().contains("answered in another session"), "{}", terminal.screen());
    assert_eq!(grades(&seat, "d-0"), [Grade::Again]);
    assert_eq!(numbers(&terminal, "d"), [0, 1]);
    seat.assert_states_are_replays();
}

#[test]
fn a_clock_that_was_set_back_keeps_the_order_of_reviews() {
    let world = World::empty().deck("d", &plain_deck("d", 1));
    let mut seat = world.seat();
    let _ = seat.review("fnote\n 1q");
    let first = seat.record("d-0").state;
    seat.pass(-5 * MINUTE);
    let terminal = seat.review("f 1q");
    assert!(terminal.screens()[0].contains("the clock stands before"), "{}", terminal.screens()[0]);
    seat.pass(-2 * MINUTE);
    let _ = seat.review(" 3q");
    let history = seat.history("d-0");
    assert_eq!(history.len(), 5);
    assert!(history.windows(2).all(|pair| pair[0].at < pair[1].at), "{history:?}");
    let state = seat.record("d-0").state;
    assert!(state.last > first.last && state.last_day >= first.last_day);
    assert_eq!(seat.record("d-0").flag, None, "the flag was taken off after it was set");
    seat.assert_states_are_replays();
    // A day back: the card is not due a second time, and undo still takes back the last thing done.
    seat.pass_days(-1);
    assert!(is_over(&seat.review("q")));
    let _ = seat.review("uq");
    assert_eq!(seat.record("d-0").state.reps, 2);
    seat.assert_states_are_replays();
}
