//! What exams make of trouble: odd values, a bad file of settings, two windows, a process killed at any moment.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};

use retain::app::exam::ExamOptions;
use retain::app::front::exam::{ExamAction, ExamFront, ExamScene};
use retain::exam::Scope;
use retain::exam::sitting::{Event, Recorded};
use serde_json::{Value, json};

use super::{numbers, options};
use crate::world::World;

#[test]
fn odd_values_are_refused_with_what_to_type() {
    let world = World::empty().deck("d", &numbers("beginner", "d", 30));
    let said = |args: &[&str], code: i32, wanted: &str| {
        let args = [&["exam", "--deck", "d"], args].concat();
        let outcome = world.run(&args);
        assert_eq!(outcome.code, Some(code), "{args:?}: {outcome:?}");
        assert!(outcome.stderr.contains(wanted), "{args:?}: {}", outcome.stderr);
    };
    said(&["--fixed", "0"], 2, "0 is not in 1..=500");
    said(&["--pass", "2"], 2, "--fixed <N>");
    said(&["--fixed", "5", "--pass", "0.8"], 2, "did you mean `--pass 80`");
    said(&["--fixed", "5", "--pass", "101"], 2, "above 0 and up to 100, not 101");
    said(&["--fixed", "5", "--pass", "nan"], 2, "not NaN");
    said(&["--mastery", "90"], 2, "must lie between 0 and 1");
    said(&["--mastery", "0.5"], 2, "must be above the share of none");
    said(&["--alpha", "0"], 2, "errors must lie between 0 and 0.5");
    said(&["--min", "40", "--max", "30"], 2, "the fewest no more than the most");
    said(&["--minutes", "0"], 2, "0 is not in 1..=6000");
    said(&["beginner"], 2, "cannot be used with");
    let outcome = world.run(&["exam", "begginer"]);
    assert!(outcome.stderr.contains("did you mean `beginner`"), "{outcome:?}");
    world
        .run(&["exam", "--deck", "nope"])
        .failure(2, "error: there is no deck `nope`\nhint: `retain deck list` names them all\n");
    let plain = World::empty().deck("words", &crate::world::plain_deck("words", 3));
    plain.run(&["exam", "--deck", "words"]).failure(
        1,
        "error: the deck `words` has no card that the machine can mark: an exam needs choices, orderings, words, numbers \
         or problems\n",
    );
    assert_eq!(world.run(&["exams"]).success().lines().count(), 1, "nothing was begun");
}

#[test]
fn settings_come_from_a_roadmap_beside_the_decks_and_its_faults_have_a_caret() {
    let world = World::empty().deck("d", &numbers("beginner", "d", 30));
    let file = world.home().join("decks/roadmap.toml");
    std::fs::write(&file, "[exam]\nmin_items = 3\nmax_items = 8\nconfidence = false\n").unwrap();
    let said = world.feed(&["exam", "--deck", "d", "--plain"], &"d\n".repeat(8)).success();
    assert!(said.contains("item 1 of 3 to 8.") && said.contains("0 of 3 right"), "{said}");
    std::fs::write(&file, "[exam]\nmastery = 1.2\n").unwrap();
    world.run(&["exam", "--deck", "d"]).failure(
        2,
        &format!(
            "error: `{}` is not as it should be\n\
             cause: TOML parse error at line 2, column 11\n  |\n2 | mastery = 1.2\n  |           ^^^\n\
             expected a share between 0 and 1, as 0.9, found 1.2\n",
            file.display()
        ),
    );
    std::fs::write(&file, "[exam]\nmastry = 0.9\n").unwrap();
    let outcome = world.run(&["exam", "--deck", "d"]);
    assert!(outcome.stderr.ends_with("hint: did you mean `mastery`\n"), "{outcome:?}");
}

#[test]
fn a_sitting_that_goes_on_says_that_it_keeps_what_it_was_begun_with() {
    let world = World::empty().deck("d", &numbers("beginner", "d", 30));
    let begun = world.feed(&["exam", "--deck", "d", "--fixed", "6", "--plain"], "d\nq\n").success();
    assert!(begun.contains("6 items, 5 needed to pass\n"), "{begun}");
    let said = world.feed(&["exam", "--deck", "d", "--fixed", "3", "--plain"], "q\n").success();
    assert!(
        said.contains("6 items, 5 needed to pass; it goes on with the settings it was begun with\n"),
        "{said}"
    );
    // Without a wish of one's own there is nothing to say.
    let said = world.feed(&["exam", "--plain"], "q\n").success();
    assert!(!said.contains("begun with"), "{said}");
    // Another exam may be begun meanwhile, and both wait.
    let _ = world.feed(&["exam", "--area", "storage", "--fixed", "1", "--plain"], "");
    assert!(world.run(&["exams"]).success().contains("not over: 1 answered"));
}

/// Answers an item in one window while it stands in another.
struct Meanwhile<'a> {
    other: &'a mut dyn FnMut(),
    seen: Vec<u32>,
    last: u32,
}

impl ExamFront for Meanwhile<'_> {
    fn next(&mut self, scene: &ExamScene<'_>) -> std::io::Result<ExamAction> {
        let number = scene.sitting.asked().unwrap().item.number;
        self.seen.push(number);
        if number == self.last {
            return Ok(ExamAction::Pause);
        }
        (self.other)();
        Ok(ExamAction::Event(Event::Pass))
    }

    fn saved(&mut self, _: &Recorded) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn two_windows_on_one_exam_never_answer_an_item_twice_and_an_end_elsewhere_is_said() {
    let world = World::empty().deck("d", &numbers("beginner", "d", 30));
    let (mut here, mut there) = (world.seat(), world.seat());
    let rules = ExamOptions { fixed: Some((6, 0.5)), ..options(&here) };
    let scope = Scope::Deck("d".into());
    let mut exam = here.app.open_exam(&scope, &rules).unwrap();
    let mut elsewhere = there.app.open_exam(&scope, &rules).unwrap();
    assert_eq!((exam.id, elsewhere.resumed), (elsewhere.id, true));
    let mut once = |front: &mut dyn ExamFront| {
        let _ = there.app.run_exam(&mut elsewhere, front);
    };
    // The other window answers the first item while it stands here: here it goes on with the second.
    let mut other = || once(&mut OnePass(false));
    let mut front = Meanwhile { other: &mut other, seen: Vec::new(), last: 3 };
    let _ = here.app.run_exam(&mut exam, &mut front).unwrap();
    assert_eq!(front.seen, [1, 2, 3]);
    let answers = here.app.store.exam_answers(exam.id).unwrap();
    let numbers: HashSet<u32> = answers.iter().map(|answer| answer.marked.number).collect();
    assert_eq!((answers.len(), numbers.len()), (2, 2));
    assert_eq!(world.log_len(), 2, "and the log has each answer once");
    // Brought to its end over there.
    let mut ends = || {
        let mut again = there.app.open_exam(&scope, &rules).unwrap();
        let _ = there.app.run_exam(&mut again, &mut Ends).unwrap();
    };
    let mut front = Meanwhile { other: &mut ends, seen: Vec::new(), last: 99 };
    let refused = here.app.run_exam(&mut exam, &mut front).unwrap_err().to_string();
    assert_eq!(refused, "this exam was brought to its end in another window");
    assert_eq!(here.app.store.exam_answers(exam.id).unwrap().len(), 2);
}

struct Ends;

impl ExamFront for Ends {
    fn next(&mut self, _: &ExamScene<'_>) -> std::io::Result<ExamAction> {
        Ok(ExamAction::Event(Event::Leave))
    }

    fn saved(&mut self, _: &Recorded) -> std::io::Result<()> {
        Ok(())
    }
}

/// Does not know one item, then pauses.
struct OnePass(bool);

impl ExamFront for OnePass {
    fn next(&mut self, _: &ExamScene<'_>) -> std::io::Result<ExamAction> {
        Ok(if self.0 { ExamAction::Pause } else { ExamAction::Event(Event::Pass) })
    }

    fn saved(&mut self, _: &Recorded) -> std::io::Result<()> {
        self.0 = true;
        Ok(())
    }
}

/// A program that is spoken with, and can be killed.
struct Client {
    child: std::process::Child,
    input: std::process::ChildStdin,
    output: BufReader<std::process::ChildStdout>,
}

impl Client {
    fn start(world: &World, args: &[&str]) -> Self {
        let mut child = world.start(args);
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    fn send(&mut self, command: &Value) {
        writeln!(self.input, "{command}").unwrap();
    }

    #[track_caller]
    fn until(&mut self, wanted: &[&str]) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "it ended before `{wanted:?}`");
            let value: Value = serde_json::from_str(&line).unwrap();
            if wanted.contains(&value["type"].as_str().unwrap()) {
                return value;
            }
        }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// An answer of any kind, whether right or not.
fn some_answer(item: &Value) -> Value {
    match item["answered_by"].as_str().unwrap() {
        "choice" => json!(1),
        "several" => json!([1]),
        "order" => (1..=item["items"].as_array().unwrap().len()).collect::<Vec<_>>().into(),
        "number" => json!(1),
        _ => json!("x"),
    }
}

#[test]
fn an_exam_of_the_course_killed_at_every_item_is_the_exam_without_any_kill() {
    let args = ["exam", "beginner", "--seed", "11", "--json"];
    // Without trouble.
    let quiet = World::with_course();
    let mut client = Client::start(&quiet, &args);
    let mut whole: Vec<Value> = Vec::new();
    let result = loop {
        let said = client.until(&["item", "confidence", "result"]);
        match said["type"].as_str().unwrap() {
            "item" => {
                client.send(&json!({ "command": "answer", "given": some_answer(&said) }));
                whole.push(said);
            }
            "confidence" => client.send(&json!({ "command": "confidence", "confidence": "think" })),
            _ => break said,
        }
    };
    assert_eq!(whole.len(), 20, "nobody passes with such answers");
    // Killed at each item: as it is shown, between the answer and its confidence, and once the answer is on disk.
    let world = World::with_course();
    for item in &whole {
        let same = |shown: &Value| {
            for field in ["item", "number", "card", "kind", "question", "options", "items", "unit", "problem"]
            {
                assert_eq!(shown[field], item[field], "{field}");
            }
        };
        let mut client = Client::start(&world, &args);
        same(&client.until(&["item"]));
        client.kill();
        let mut client = Client::start(&world, &args);
        same(&client.until(&["item"]));
        client.send(&json!({ "command": "answer", "given": some_answer(item) }));
        let _ = client.until(&["confidence"]);
        client.kill();
        let mut client = Client::start(&world, &args);
        same(&client.until(&["item"]));
        client.send(&json!({ "command": "answer", "given": some_answer(item), "confidence": "think" }));
        let _ = client.until(&["saved"]);
        client.kill();
        world.pass(1_000);
    }
    // The last kill may have come before the end was written: then the next call writes it.
    let shown = |world: &World| -> Value {
        serde_json::from_str(&world.run(&["exams", "show", "1", "--json"]).success()).unwrap()
    };
    if shown(&world)["over"] == json!(false) {
        let _ = world.feed(&args, "").success();
    }
    let again = shown(&world);
    for field in ["passed", "items", "right", "areas", "resources", "concepts", "calibration", "errors"] {
        assert_eq!(again["outcome"][field], result["outcome"][field], "{field}");
    }
    world.seat().assert_states_are_replays();
}
