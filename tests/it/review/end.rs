//! The end of a sitting, and practice.

use super::*;

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
