//! The JSON mode, through the real binary: every command, every reply, and the session that its document shows.
//! Not for what answers do to a schedule (`review.rs`).

use serde_json::{Value, json};

use crate::json_client::{JsonClient, types};
use crate::world::{World, example, plain_deck};

fn command(name: &str) -> Value {
    json!({ "command": name })
}

#[test]
fn the_document_shows_a_session_as_it_is() {
    let page = include_str!("../../docs/json-mode.md");
    let (input, output) = example(page, "json-session");
    let said = World::new().feed(&["review", "--json"], &input).success();
    assert_eq!(said, output, "docs/json-mode.md shows another session");
}

#[test]
fn every_reply_and_command_of_the_protocol_stands_in_the_document() {
    let page = include_str!("../../docs/json-mode.md");
    for name in ["session", "card", "verdict", "saved", "notice", "hint", "history", "edit", "error", "done"]
    {
        assert!(page.contains(&format!("| `{name}` |")), "the reply `{name}`");
    }
    for name in [
        "reveal", "answer", "grade", "undo", "bury", "suspend", "flag", "unflag", "hint", "why", "history",
        "quit",
    ] {
        assert!(page.contains(&format!("\"command\": \"{name}\"")), "the command `{name}`");
    }
    // What a live session says has no field that the document does not name.
    let world = World::new();
    let mut client = JsonClient::start(&world, &["review"]);
    let mut replies = vec![client.card.clone()];
    while !client.done {
        replies.extend(client.ask(&command("reveal")));
        replies.extend(client.ask(&command("history")));
        replies.extend(client.ask(&json!({ "command": "grade", "grade": "good" })));
    }
    for reply in replies {
        for key in reply.as_object().unwrap().keys() {
            assert!(page.contains(&format!("`{key}`")), "the field `{key}` of `{}`", reply["type"]);
        }
    }
    assert_eq!(client.close(), Some(0));
}

#[test]
fn answers_are_numbers_lists_or_texts_and_grades_are_names_or_numbers() {
    let world = World::new();
    let mut client = JsonClient::start(&world, &["review"]);
    let mut verdicts = Vec::new();
    while !client.done {
        let given = match client.card["answered_by"].as_str().unwrap() {
            "recall" | "cloze" => Value::Null,
            "choice" => json!(place(&client.card["options"], "two")),
            "several" => {
                json!([place(&client.card["options"], "five"), place(&client.card["options"], "seven")])
            }
            "order" => json!(["alpha", "beta", "gamma"].map(|item| place(&client.card["items"], item))),
            "typed" => json!("warm"),
            "number" => json!(7),
            other => panic!("{other}"),
        };
        let replies = client.ask(&json!({ "command": "answer", "given": given }));
        assert_eq!(types(&replies), ["verdict"]);
        verdicts.push((
            client.card["kind"].clone(),
            replies[0]["verdict"].clone(),
            replies[0]["proposed"].clone(),
        ));
        let grade = if verdicts.len() % 2 == 0 { json!("easy") } else { json!(4) };
        let replies = client.ask(&json!({ "command": "grade", "grade": grade }));
        assert!(types(&replies).starts_with(&["saved"]), "{replies:?}");
    }
    assert_eq!(verdicts.len(), 7);
    for (kind, verdict, proposed) in verdicts {
        let checked = !matches!(kind.as_str(), Some("recall" | "cloze"));
        assert_eq!(verdict, if checked { json!("right") } else { Value::Null }, "{kind}");
        assert_eq!(proposed, if checked { json!("good") } else { Value::Null }, "{kind}");
    }
    assert_eq!(client.close(), Some(0));
    world.seat().assert_states_are_replays();
}

/// The number, from 1, under which a text stands in a list.
fn place(list: &Value, text: &str) -> usize {
    list.as_array().unwrap().iter().position(|item| item == text).unwrap() + 1
}

#[test]
fn what_makes_no_sense_is_answered_with_an_error_and_changes_nothing() {
    let world = World::new();
    let mut client = JsonClient::start(&world, &["review"]);
    let mut message = |command: Value| {
        let replies = client.ask(&command);
        assert_eq!(types(&replies), ["error"]);
        (replies[0]["line"].as_u64().unwrap(), replies[0]["message"].as_str().unwrap().to_owned())
    };
    assert_eq!(message(json!({ "command": "grade", "grade": 3 })), (1, "answer before grading".into()));
    assert_eq!(message(command("why")), (2, "answer before asking why".into()));
    let grades = "`grade` must be again, hard, good or easy, or 1 to 4";
    assert_eq!(message(json!({ "command": "grade", "grade": 5 })), (3, grades.into()));
    assert_eq!(message(json!({ "command": "grade", "grade": "fine" })), (4, grades.into()));
    assert!(message(command("dance")).1.starts_with("unknown variant `dance`, expected one of"));
    assert!(message(json!({ "command": "flag", "colour": "red" })).1.starts_with("unknown field `colour`"));
    assert!(message(json!([1, 2])).1.contains("expected"));
    assert_eq!(
        message(json!({ "command": "answer", "given": {} })).1,
        "`given` must be a number, a list of numbers or a text, not {}"
    );
    let _ = client.ask(&command("reveal"));
    let replies = client.ask(&command("reveal"));
    assert_eq!(replies[0]["message"], "the card is answered: grade it");
    assert_eq!(client.close(), Some(0));
    assert_eq!(world.log_len(), 0);
}

#[test]
fn marks_and_undo_are_saved_and_told() {
    let world = World::empty().deck("d", &plain_deck("d", 3));
    let mut client = JsonClient::start(&world, &["review"]);
    let first = client.card["card"].clone();
    let replies = client.ask(&json!({ "command": "flag", "note": "see the paper" }));
    assert_eq!(types(&replies), ["saved", "notice", "card"]);
    assert_eq!((&replies[0]["event"], &replies[2]["flag"]), (&json!("flag"), &json!("see the paper")));
    let replies = client.ask(&command("unflag"));
    assert_eq!((&replies[0]["event"], &replies[2]["flag"]), (&json!("unflag"), &Value::Null));
    let replies = client.ask(&command("bury"));
    assert_eq!(types(&replies), ["saved", "notice", "card"]);
    let replies = client.ask(&command("suspend"));
    assert_eq!(replies[0]["event"], "suspend");
    for _ in 0..4 {
        let replies = client.ask(&command("undo"));
        assert_eq!(types(&replies), ["saved", "notice", "card"]);
        assert_eq!(replies[0]["event"], "retract");
    }
    assert_eq!(client.card["card"], first);
    let replies = client.ask(&command("undo"));
    assert_eq!(replies[0]["message"], "there is nothing to take back");
    let replies = client.ask(&command("quit"));
    assert_eq!(types(&replies), ["done"]);
    assert_eq!(client.close(), Some(0));
    assert_eq!(world.log_len(), 8);
    world.seat().assert_states_are_replays();
}

#[test]
fn the_end_of_input_leaves_quietly_and_a_reader_that_is_gone_is_no_failure() {
    let world = World::new();
    let said = world.feed(&["review", "--json"], "").success();
    assert_eq!(said.lines().count(), 3, "session, card, done:\n{said}");
    let mut child = world.start(&["review", "--json"]);
    drop(child.stdout.take());
    let outcome = crate::world::finish(child, "{\"command\":\"reveal\"}\n");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_quiz_speaks_the_same_protocol() {
    let world = World::empty().deck("d", &plain_deck("d", 2));
    let mut client = JsonClient::start(&world, &["quiz"]);
    for _ in 0..2 {
        let replies = client.grade(1);
        assert_eq!(replies[0]["due"], Value::Null, "the schedule is left alone");
    }
    assert!(client.done);
    assert_eq!(client.close(), Some(0));
}

#[test]
fn all_three_front_ends_write_the_same_log() {
    // The same answers, given in three ways in three worlds alike: the log differs in nothing.
    let log = |world: &World| {
        let entries: Vec<_> = world.seat().log();
        entries
    };
    let deck = plain_deck("d", 3);
    let terminal = World::empty().deck("d", &deck);
    let _ = terminal.seat().review(" 1 3ufnote\n 4b");
    let plain = World::empty().deck("d", &deck);
    let _ = plain.feed(&["review", "--plain"], "\n1\n\n3\nu\nf note\n\n4\nb\n").success();
    let json = World::empty().deck("d", &deck);
    let mut client = JsonClient::start(&json, &["review"]);
    let _ = client.grade(1);
    let _ = client.grade(3);
    let _ = client.ask(&command("undo"));
    let _ = client.ask(&json!({ "command": "flag", "note": "note" }));
    let _ = client.grade(4);
    let _ = client.ask(&command("bury"));
    assert_eq!(client.close(), Some(0));
    assert_eq!(log(&terminal).len(), 6);
    assert_eq!(log(&terminal), log(&plain));
    assert_eq!(log(&plain), log(&json));
}
