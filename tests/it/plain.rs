//! The line mode, through the real binary: what is said, what a line means, and the session that its document shows.
//! Not for what answers do to a schedule (`review.rs`).

use crate::world::{World, example, plain_deck};

#[test]
fn the_document_shows_a_session_as_it_is() {
    let (input, output) = example(include_str!("../../docs/plain-mode.md"), "text");
    let said = World::new().feed(&["review"], &input).success();
    assert_eq!(said.trim_start(), output, "docs/plain-mode.md shows another session");
}

#[test]
fn without_a_terminal_lines_are_read_and_the_home_screen_is_a_summary() {
    let world = World::empty().deck("d", &plain_deck("d", 2));
    let said = world.feed(&["review"], "\n3\n\n1\n\n3\n").success();
    assert_eq!(
        said,
        "
d. 2 left.
What is number 0 of d?
press enter for the answer
answer: answer 0
grade: 1 again 10m, 2 hard 1d, 3 good 1d, 4 easy 4d

d. 1 left.
What is number 1 of d?
press enter for the answer
answer: answer 1
grade: 1 again 10m, 2 hard 1d, 3 good 1d, 4 easy 3d

d. 1 left.
What is number 1 of d?
press enter for the answer
answer: answer 1
grade: 1 again 10m, 2 hard 1d, 3 good 1d, 4 easy 5d

done: 2 cards
67 % right, 0 s
due tomorrow so far: 2
"
    );
    let home = world.run(&[]).success();
    assert!(home.starts_with("Tuesday, 24 November 2026\n"), "{home}");
    assert!(!home.contains('\u{1b}'));
    assert_eq!(world.feed(&["review"], "").success(), "\nnothing is due now\ndue tomorrow so far: 2\n");
}

#[test]
fn every_letter_does_what_help_says() {
    let world = World::new();
    let said = world
        .feed(&["review", "--plain"], "h\nw\n?\nx\n\no\nw\nr\nf see p. 8\nf\ni\n9\nb\nu\ns\nq\n")
        .success();
    for line in [
        "hint: a river runs through it",
        "first answer, then ask why",
        "press enter for the answer; ? lists all commands",
        "why: It has been so since 987. See a page [1].",
        "https://example.org/paris",
        "Test 2026, p. 7",
        "flagged",
        "the flag is gone",
        "type 1, 2, 3 or 4; ? lists all commands",
        "buried until tomorrow",
        "taken back: answer again",
        "suspended: `retain resume` brings it back",
    ] {
        assert!(said.lines().any(|found| found == line), "{line}:\n{said}");
    }
    assert!(!said.contains("scroll"), "no keys of a screen:\n{said}");
    world.seat().assert_states_are_replays();
}

#[test]
fn a_card_that_is_checked_takes_the_line_as_its_answer() {
    let deck = "Q: Which letter comes first?\nType: q | a\n<!-- id: letter -->\n";
    let world = World::empty().deck("d", deck);
    // A single letter is a command; with a sign before it, it is an answer.
    let said = world.feed(&["review"], "=q\n\n").success();
    assert!(said.contains("right") && said.contains("; enter for good"), "{said}");
    assert_eq!(world.log_len(), 1);
    world.pass_days(1);
    let said = world.feed(&["review"], "b c\n\nq\n").success();
    assert!(said.contains("wrong") && said.contains("; enter for again"), "{said}");
}

#[test]
fn nothing_that_is_said_can_move_the_cursor() {
    let deck = "Q: What is \u{1b}[31mred\u{1b}[0m\u{202e}?\nA: \u{9b}2Ja colour\u{7}\n";
    let world = World::empty().deck("d", deck);
    for mode in ["--plain", "--json"] {
        let said = world.feed(&["review", mode], "\n").stdout;
        assert!(!said.chars().any(|c| c != '\n' && c.is_control()), "{mode}: {said:?}");
    }
}
