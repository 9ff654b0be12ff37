//! The line mode and the JSON mode of exams, through the real binary: the sessions that the document shows, and that it
//! names whatever they say.

use serde_json::Value;

use crate::world::{World, example};

const PAGE: &str = include_str!("../../../docs/exams.md");

#[test]
fn the_document_shows_a_sitting_in_lines_as_it_is() {
    let (input, output) = example(PAGE, "text");
    let args = ["exam", "--deck", "small", "--fixed", "3", "--pass", "60", "--plain"];
    let said = World::new().feed(&args, &input).success();
    assert_eq!(said.trim(), output.trim(), "docs/exams.md shows another sitting");
    assert!(!said.contains(['░', '█', '\u{1b}']), "nothing that a screen reader stumbles over");
}

#[test]
fn the_document_shows_a_sitting_in_json_as_it_is() {
    let (input, output) = example(PAGE, "json-session");
    let args = ["exam", "--deck", "small", "--fixed", "2", "--pass", "50", "--json"];
    let said = World::new().feed(&args, &input).success();
    assert_eq!(said, output, "docs/exams.md shows another sitting");
}

/// Asserts that each field of a value, however deep, is named in the document.
fn assert_named(value: &Value, within: &str) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                // The rules are those of the settings, by their own names.
                if within != "rules" {
                    assert!(PAGE.contains(&format!("`{name}`")), "the field `{name}` of `{within}`");
                    assert_named(value, name);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| assert_named(value, within)),
        _ => {}
    }
}

#[test]
fn the_document_names_every_reply_every_command_and_every_field() {
    for name in ["exam", "item", "confidence", "saved", "clock", "error", "paused", "result"] {
        assert!(PAGE.contains(&format!("| `{name}` |")), "the reply `{name}`");
    }
    for name in ["answer", "pass", "confidence", "clock", "pause", "end"] {
        assert!(PAGE.contains(&format!("\"command\": \"{name}\"")), "the command `{name}`");
    }
    let world = World::with_course();
    let input = "{\"command\": \"nonsense\"}\n{\"command\": \"clock\"}\n{\"command\": \"pass\"}\n{\"command\": \"pause\"}\n";
    let paused = world.feed(&["placement", "--json", "--minutes", "60"], input).success();
    let ended = world.feed(&["placement", "--json"], &"{\"command\": \"pass\"}\n".repeat(60)).success();
    let mut seen = Vec::new();
    for line in paused.lines().chain(ended.lines()) {
        let reply: Value = serde_json::from_str(line).unwrap();
        seen.push(reply["type"].as_str().unwrap().to_owned());
        assert_named(&reply, "reply");
    }
    for wanted in ["exam", "item", "saved", "clock", "error", "paused", "result"] {
        assert!(seen.iter().any(|seen| seen == wanted), "{wanted}: {seen:?}");
    }
}

#[test]
fn ending_for_good_in_either_mode_counts_and_a_closed_input_pauses() {
    for (mode, end) in [("--plain", "end\n"), ("--json", "{\"command\": \"end\"}\n")] {
        let world = World::new();
        let args = ["exam", "--deck", "small", "--fixed", "3", mode];
        let _ = world.feed(&args, "").success();
        assert!(world.run(&["exams"]).success().contains("not over: 0 answered"));
        let _ = world.feed(&args, end).success();
        assert!(world.run(&["exams"]).success().contains("not passed, left, 0 of 0"), "{mode}");
    }
}
