//! Exams from the command line and at a scripted terminal: sittings, resuming, locks, the way from the first run to the
//! last level. Not for the statistics (`progress/sprt.rs`) or the blueprint (`exam/blueprint.rs`), which test themselves.

mod fronts;
mod lapses;
mod odd;
mod papers;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};

use retain::app::exam::{ExamLeft, ExamOptions, OpenExam};
use retain::app::front::exam::{ExamAction, ExamFront, ExamScene};
use retain::app::front::exam_terminal::TerminalExam;
use retain::app::plan::Wanted;
use retain::card::{Form, Given, Level};
use retain::exam::sitting::{Asked, Event, Recorded};
use retain::exam::{Confidence, Scope};
use retain::review::{Grade, LogEvent, LoggedAnswer, Purpose};
use retain::seed::Seed;
use retain::store::{Opened, QueueFilter};
use retain::term::ScriptedTerminal;
use serde_json::{Value, json};

use crate::world::{Seat, World};

/// A deck of the course's name with plain numbers to type, one concept each; the answer is the number asked for.
fn numbers(level: &str, name: &str, count: usize) -> String {
    let mut text = format!("---\nname = \"{name}\"\nlevel = \"{level}\"\nsource = \"Test 2026\"\n---\n\n");
    for n in 0..count {
        text +=
            &format!("Q: Type {n} for {name}\nNumber: {n}\nWhy: because {n}\n<!-- id: {name}-{n} -->\n\n");
    }
    text
}

/// Decks of three levels under names that the roadmap knows, so that locks hold for them.
fn course() -> World {
    World::empty()
        .deck("os-basics", &numbers("beginner", "os-basics", 30))
        .deck("lynch-shared-memory", &numbers("intermediate", "lynch-shared-memory", 30))
        .deck("bigtable", &numbers("advanced", "bigtable", 30))
}

/// A simulated learner: right with some probability, sure or not.
struct Learner {
    /// Probability of a right answer.
    ability: fn(&Asked) -> f64,
    seed: Seed,
    asked: u64,
    items: Vec<String>,
}

impl Learner {
    fn new(seed: u64, ability: fn(&Asked) -> f64) -> Self {
        Self { ability, seed: Seed(seed), asked: 0, items: Vec::new() }
    }
}

impl ExamFront for Learner {
    fn next(&mut self, scene: &ExamScene<'_>) -> std::io::Result<ExamAction> {
        let asked = scene.sitting.asked().unwrap();
        if asked.given.is_some() {
            return Ok(ExamAction::Event(Event::Confidence(Confidence::Sure)));
        }
        self.asked += 1;
        let knows = self.seed.derive("answer", self.asked).unit() < (self.ability)(asked);
        self.items.push(asked.question.prompt.clone());
        let right = match &asked.question.form {
            Form::Choice { options, .. } => {
                Given::Choice((0..options.len()).filter(|&at| options[at].right).collect())
            }
            Form::Order { solution, .. } => Given::Order(solution.clone()),
            Form::Typed { accepted, .. } => Given::Text(accepted[0].clone()),
            Form::Number { answer } => Given::Text(format!("{} {}", answer.value, answer.unit)),
            Form::Recall { .. } | Form::Cloze { .. } => panic!("{:?}", asked.question),
        };
        Ok(ExamAction::Event(if knows { Event::Answer(right) } else { Event::Pass }))
    }

    fn saved(&mut self, _: &Recorded) -> std::io::Result<()> {
        Ok(())
    }
}

fn options(seat: &Seat) -> ExamOptions {
    ExamOptions::new(seat.app.exam_settings().unwrap())
}

/// Sits an exam to its end; tells whether it was passed.
fn sit(seat: &mut Seat, scope: &Scope, learner: &mut Learner) -> bool {
    let options = options(seat);
    let mut exam = seat.app.open_exam(scope, &options).unwrap();
    assert_eq!(seat.app.run_exam(&mut exam, learner).unwrap(), ExamLeft::Over);
    seat.app.store.sitting(exam.id).unwrap().unwrap().end.unwrap().outcome.passed
}

/// The levels whose decks give new cards today.
fn levels_with_new(seat: &Seat) -> BTreeSet<Level> {
    let wanted = Wanted::default();
    let filter = seat.app.filter(&wanted).unwrap();
    let (plan, _) = seat.app.plan(&wanted, &filter, &seat.app.moment()).unwrap();
    let decks = seat.app.store.decks().unwrap();
    let level = |id: i64| decks.iter().find(|deck| deck.id == id).unwrap().head.level.unwrap();
    plan.main.iter().filter(|card| card.new).map(|card| level(card.deck)).collect()
}

/// Takes up every card of a level, so that nothing of it is new.
fn take_up(seat: &mut Seat, level: Level) {
    let decks: Vec<i64> = seat
        .app
        .store
        .decks()
        .unwrap()
        .iter()
        .filter(|deck| deck.head.level == Some(level))
        .map(|deck| deck.id)
        .collect();
    let filter = QueueFilter { decks: Some(decks), tag: None };
    for (card, _) in seat.app.store.cards_with_records(&filter).unwrap() {
        seat.app.mark(card.uid, &LogEvent::Answer(LoggedAnswer::review(Grade::Easy, 1_000))).unwrap();
    }
}

#[test]
fn from_the_first_run_to_the_last_level_whoever_knows_goes_up_and_whoever_guesses_does_not() {
    // The course itself, on a fresh machine; a day that holds any number of reviews, so that new cards never pause.
    let world = World::with_course().set(|settings| settings.reviews_per_day = 9_999);
    let mut seat = world.seat();
    assert_eq!(levels_with_new(&seat), [Level::Beginner].into(), "only the first level gives new cards");
    take_up(&mut seat, Level::Beginner);
    seat.pass_days(1);
    assert_eq!(levels_with_new(&seat), BTreeSet::new(), "and when it is through, the exam is next");

    let mut guesses = Learner::new(1, |_| 0.3);
    assert!(!sit(&mut seat, &Scope::Level(Level::Beginner), &mut guesses));
    assert_eq!(levels_with_new(&seat), BTreeSet::new());
    // The next try waits a day, unless it is forced.
    let refused =
        seat.app.open_exam(&Scope::Level(Level::Beginner), &options(&seat)).err().unwrap().to_string();
    assert!(refused.contains("the next try is open from Thursday 26 November 2026"), "{refused}");
    let forced = ExamOptions { force: true, ..options(&seat) };
    assert!(!seat.app.open_exam(&Scope::Level(Level::Beginner), &forced).unwrap().resumed);

    seat.pass_days(1);
    let mut guesses = Learner::new(11, |_| 0.3);
    assert!(!sit(&mut seat, &Scope::Level(Level::Beginner), &mut guesses));
    seat.pass_days(1);
    for (level, opened) in [(Level::Beginner, Level::Intermediate), (Level::Intermediate, Level::Advanced)] {
        let mut knows = Learner::new(2, |_| 0.97);
        assert!(sit(&mut seat, &Scope::Level(level), &mut knows), "{level}");
        assert_eq!(levels_with_new(&seat), [opened].into());
        if opened == Level::Intermediate {
            take_up(&mut seat, opened);
            seat.pass_days(1);
        }
    }
    let mut knows = Learner::new(3, |_| 0.97);
    assert!(sit(&mut seat, &Scope::Level(Level::Advanced), &mut knows));
    assert_eq!(seat.app.gates().unwrap().next_exam(), None);
    seat.assert_states_are_replays();
}

#[test]
fn a_placement_opens_everything_up_to_the_highest_level_passed() {
    let world = World::with_course().set(|settings| settings.reviews_per_day = 9_999);
    let mut seat = world.seat();
    let options = options(&seat);
    let mut exam = seat.app.open_exam(&Scope::Placement, &options).unwrap();
    let mut learner = Learner::new(4, |asked| match asked.loaded.level.as_str() {
        "beginner" => panic!("whoever passes the second level has no need of the first"),
        "intermediate" => 0.98,
        _ => 0.2,
    });
    assert_eq!(seat.app.run_exam(&mut exam, &mut learner).unwrap(), ExamLeft::Over);
    let outcome = seat.app.store.sitting(exam.id).unwrap().unwrap().end.unwrap().outcome;
    assert_eq!(outcome.placed, Some(Level::Intermediate));
    assert!(outcome.levels.iter().all(|part| part.items >= 20), "{:?}", outcome.levels);
    assert!(Level::ALL.iter().all(|level| seat.app.gates().unwrap().level(*level).is_open()));
    // Nobody has to go through what they know first: new cards come from the level that was opened.
    assert_eq!(levels_with_new(&seat), [Level::Advanced].into());
    let map = seat.app.path(&seat.app.moment()).unwrap();
    let next: Vec<&str> = map
        .levels
        .iter()
        .filter(|level| level.resources.iter().any(|one| one.next))
        .map(|level| level.title.as_str())
        .collect();
    assert_eq!(next, ["Advanced"]);
    take_up(&mut seat, Level::Advanced);
    seat.pass_days(1);
    assert_eq!(levels_with_new(&seat), [Level::Beginner].into(), "and then from those below, in order");
}

#[test]
fn what_was_asked_in_an_earlier_sitting_comes_last_in_the_next() {
    let world = World::empty().deck("d", &numbers("beginner", "d", 50));
    let mut seat = world.seat();
    let scope = Scope::Deck("d".into());
    let mut first = Learner::new(5, |_| 1.0);
    assert!(sit(&mut seat, &scope, &mut first));
    let mut second = Learner::new(6, |_| 1.0);
    assert!(sit(&mut seat, &scope, &mut second));
    assert_eq!(first.items.len(), 20);
    assert!(second.items.iter().all(|item| !first.items.contains(item)), "{:?}", second.items);
}

#[test]
fn locks_hold_back_new_cards_and_nothing_else() {
    let world = course();
    let _ = world.run(&["path"]).success();
    let said = world.run(&["why", "bigtable"]).success();
    assert!(
        said.starts_with(
            "`bigtable` (bigtable) is locked: its new cards wait until the intermediate exam is passed\n"
        ),
        "{said}"
    );
    assert!(said.contains("the intermediate exam was not sat yet"), "{said}");
    assert!(said.contains("the cheapest way on: `retain exam intermediate`"), "{said}");
    assert!(said.contains("`retain unlock bigtable` opens it without"), "{said}");
    // Practice, and exams, are never locked.
    let quiz = world.feed(&["quiz", "bigtable", "-n", "1", "--plain"], "5\n\n").success();
    assert!(quiz.contains("for bigtable"), "{quiz}");
    let review = |world: &World| world.feed(&["review", "--deck", "bigtable", "--plain"], "").success();
    let said = review(&world);
    assert!(said.starts_with("`bigtable` is locked: `retain why bigtable` says what opens it\n"), "{said}");
    assert!(said.contains("nothing is due now"));
    assert_eq!(
        world.run(&["unlock", "bigtable"]).success(),
        "`bigtable` is unlocked: `retain lock bigtable` takes it back\n"
    );
    assert!(review(&world).contains("Type 0 for bigtable"));
    assert_eq!(world.run(&["unlock", "bigtable"]).success(), "`bigtable` was unlocked already\n");
    let said = world.run(&["lock", "bigtable"]).success();
    assert!(said.contains("is locked"), "{said}");
    world.run(&["lock", "bigtable"]).failure(
        1,
        "error: `bigtable` was not unlocked by hand\nhint: `retain why bigtable` says how it stands\n",
    );
    assert!(review(&world).contains("nothing is due now"));
    // A level by hand.
    let _ = world.run(&["unlock", "intermediate"]).success();
    let home = world.run(&[]).success();
    assert!(home.contains("lynch-shared-memory"), "{home}");
    assert!(home.contains("locked until the intermediate exam is passed"), "{home}");
    world
        .run(&["unlock", "intermediat"])
        .failure(2, "error: there is no level or deck `intermediat`\nhint: did you mean `intermediate`\n");
    assert_eq!(world.seat().app.store.opened_by_hand().unwrap(), [Opened::Level(Level::Intermediate)]);
}

#[test]
fn a_sitting_at_the_terminal_shows_place_and_clock_and_tells_nothing_until_the_end() {
    let world = World::empty().deck("d", &numbers("beginner", "d", 5));
    let mut seat = world.seat();
    let mut options = options(&seat);
    options.fixed = Some((3, 0.8));
    let mut exam = seat.app.open_exam(&Scope::Deck("d".into()), &options).unwrap();
    // An empty line and `d`: not known. A wrong number, surely. Leaving is asked back, and undo is no key.
    let mut terminal = ScriptedTerminal::new(80, 24).keys("\nd99\nu3\u{1b}q\u{1b}\t1\n1");
    let mut front = TerminalExam::new(&mut terminal);
    assert_eq!(seat.app.run_exam(&mut exam, &mut front).unwrap(), ExamLeft::Over);
    let screens = terminal.screens();
    assert!(screens[0].contains("exam · d · 0:00"), "{}", screens[0]);
    assert!(screens[0].contains("1/3") && screens[0].contains("0:00"), "{}", screens[0]);
    assert!(screens.iter().any(|screen| screen.contains("leave? what was answered is saved")));
    for screen in &screens {
        for secret in ["right", "wrong: ", "because", "✗", "✓", "undo"] {
            assert!(!screen.contains(secret), "{secret}: {screen}");
        }
    }
    let answers = seat.app.store.exam_answers(exam.id).unwrap();
    assert_eq!(answers[0].given, None);
    assert_eq!((answers[1].given.as_deref(), answers[1].marked.share), (Some("99"), Some(0.0)));
    assert_eq!(answers[2].marked.confidence, Some(Confidence::Guess));
}

#[test]
fn what_is_being_answered_stays_in_sight_under_a_long_question() {
    let long = (0..30).map(|n| format!("- line {n}\n")).collect::<String>();
    let deck = format!(
        "Q: {long}\nNumber: 7\n<!-- id: n -->\n\nQ: {long}\nA:\n- [x] one\n- [ ] two\n- [ ] three\n<!-- id: c -->\n\n\
         Q: {long}\nOrder:\n1. a\n2. b\n3. c\n<!-- id: o -->\n"
    );
    let world = World::empty().deck("d", &deck);
    let mut seat = world.seat();
    let options = ExamOptions { fixed: Some((3, 0.5)), ..options(&seat) };
    let mut exam = seat.app.open_exam(&Scope::Deck("d".into()), &options).unwrap();
    for item in exam.sitting.paper().sections[0].items.clone() {
        let key = match item.kind.as_str() {
            "number" => "7",
            "choice" => "2",
            _ => " ",
        };
        let mut terminal = ScriptedTerminal::new(60, 16).keys(key);
        let _ = seat.app.run_exam(&mut exam, &mut TerminalExam::new(&mut terminal)).unwrap();
        let screens = terminal.screens();
        let (first, last) = (&screens[0], screens.last().unwrap());
        assert!(first.contains("line 0") && last.contains("above"), "{first}\n{last}");
        let wanted = match item.kind.as_str() {
            "number" => "answer: 7",
            "choice" => "(•) 2",
            _ => "◆ 1.",
        };
        assert!(last.contains(wanted), "{last}");
        let mut terminal = ScriptedTerminal::new(60, 16).keys(if key == "7" { "\ndq" } else { "ddq" });
        let _ = seat.app.run_exam(&mut exam, &mut TerminalExam::new(&mut terminal)).unwrap();
    }
}

#[test]
fn at_forty_columns_leaving_offers_to_pause_before_it_offers_the_end() {
    let world = World::empty().deck("d", &numbers("beginner", "d", 3));
    let mut seat = world.seat();
    let options = ExamOptions { fixed: Some((3, 0.5)), ..options(&seat) };
    let mut exam = seat.app.open_exam(&Scope::Deck("d".into()), &options).unwrap();
    let mut terminal = ScriptedTerminal::new(40, 24).keys("\u{1b}q");
    let _ = seat.app.run_exam(&mut exam, &mut TerminalExam::new(&mut terminal)).unwrap();
    let screens = terminal.screens();
    let last = screens.last().unwrap();
    assert!(last.contains("p pause · x end it · esc back"), "{last}");
}

#[test]
fn a_choice_is_marked_with_its_number_and_given_with_enter_then_comes_the_confidence() {
    let world = World::empty().deck("d", "Q: Which is even?\nA:\n- [ ] one\n- [x] two\n<!-- id: e -->\n");
    let mut seat = world.seat();
    let mut options = options(&seat);
    options.fixed = Some((1, 1.0));
    let mut exam = seat.app.open_exam(&Scope::Deck("d".into()), &options).unwrap();
    let item = exam.sitting.wanted().unwrap().clone();
    assert_eq!(item.concept, "e");
    let mut terminal = ScriptedTerminal::new(80, 24).keys("?x\n12\n3");
    let mut front = TerminalExam::new(&mut terminal);
    assert_eq!(seat.app.run_exam(&mut exam, &mut front).unwrap(), ExamLeft::Over);
    let screens = terminal.screens();
    assert!(
        screens.iter().any(|screen| screen.contains("choose one with its number or with space")),
        "{screens:?}"
    );
    assert!(screens.last().unwrap().contains("how sure are you?"), "{}", screens.last().unwrap());
    let answer = &seat.app.store.exam_answers(exam.id).unwrap()[0];
    assert_eq!(answer.given.as_deref(), Some("2"));
    assert_eq!(answer.marked.confidence, Some(Confidence::Sure));
    let entry = &seat.history("e")[0];
    let LogEvent::Answer(logged) = &entry.event else { panic!() };
    assert_eq!((logged.purpose, logged.seed), (Purpose::Exam, Some(item.seed.0)));
    assert_eq!(seat.record("e").state.reps, 0, "the schedule is untouched");
    seat.assert_states_are_replays();
}

fn start() -> Vec<&'static str> {
    vec!["exam", "--deck", "d", "--fixed", "4", "--seed", "9", "--json"]
}

#[test]
fn an_exam_killed_at_any_item_goes_on_with_the_same_item_and_the_same_values() {
    let deck = "Problem: quorum.faults\n<!-- id: q -->\n\nQ: Which is even?\nA:\n- [ ] one\n- [x] two\n- [ ] three\n- [ ] five\n<!-- id: e -->\n\nQ: Order\nOrder:\n1. a\n2. b\n3. c\n<!-- id: o -->\n";
    let world = World::empty().deck("d", deck);
    let whole = world_items(&World::empty().deck("d", deck));
    assert_eq!(whole.len(), 4);
    let mut seen = Vec::new();
    for number in 0..4 {
        let mut client = Client::over(world.start(&start()));
        let shown = until(&mut client, "item");
        assert_eq!(shown["item"], json!(number + 1));
        // Killed while the item is on the screen: nothing was answered, the same item comes back, value for value.
        client.child.kill().unwrap();
        client.child.wait().unwrap();
        let mut client = Client::over(world.start(&start()));
        let again = until(&mut client, "item");
        assert_eq!(again["question"], shown["question"]);
        assert_eq!((&again["options"], &again["items"]), (&shown["options"], &shown["items"]));
        seen.push(again["question"].clone());
        client.send(&json!({ "command": "pass" }));
        let _ = until(&mut client, "saved");
        // Killed as soon as the answer is told saved: it is.
        client.child.kill().unwrap();
        client.child.wait().unwrap();
        world.pass(1_000);
    }
    assert_eq!(seen, whole, "the paper of the seed, whatever happened in between");
    let shown = world.run(&["exams", "show", "1"]);
    // The last kill may have come before the end was written: then the next call writes it.
    let shown = if shown.code == Some(0) {
        shown.success()
    } else {
        let _ = world.feed(&start(), "").success();
        world.run(&["exams", "show", "1"]).success()
    };
    assert!(shown.contains("0 of 4 right"), "{shown}");
    world.seat().assert_states_are_replays();
}

/// The questions of a whole sitting without any trouble.
fn world_items(world: &World) -> Vec<Value> {
    let input = "{\"command\": \"pass\"}\n".repeat(4);
    let said = world.feed(&start(), &input).success();
    said.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|value| value["type"] == "item")
        .map(|value| value["question"].clone())
        .collect()
}

/// A program that is spoken with, and can be killed.
struct Client {
    child: std::process::Child,
    input: std::process::ChildStdin,
    output: BufReader<std::process::ChildStdout>,
}

impl Client {
    fn over(mut child: std::process::Child) -> Self {
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    fn line(&mut self) -> Option<Value> {
        let mut line = String::new();
        (self.output.read_line(&mut line).unwrap() > 0).then(|| serde_json::from_str(&line).unwrap())
    }

    fn send(&mut self, command: &Value) {
        writeln!(self.input, "{command}").unwrap();
    }
}

fn until(client: &mut Client, wanted: &str) -> Value {
    loop {
        let line = client.line().unwrap_or_else(|| panic!("it ended before `{wanted}`"));
        if line["type"] == wanted {
            return line;
        }
    }
}

#[test]
fn a_whole_sitting_in_lines_ends_with_its_result_which_is_kept() {
    let world = World::new();
    let input = "?\nt\nr\n\n".to_owned() + &"d\n".repeat(5);
    let said =
        world.feed(&["exam", "--deck", "small", "--fixed", "5", "--pass", "60", "--plain"], &input).success();
    assert!(said.contains("Exam: Small begins. ? lists all commands."), "{said}");
    assert!(said.contains("item 1 of 5. 0:00."), "{said}");
    assert!(said.contains("✗ not passed") && said.contains("0 of 5 right"), "{said}");
    assert!(said.contains("needed to pass: 3 right"), "{said}");
    assert!(said.contains("`retain review --weak` takes up what was weak"), "{said}");
    assert!(!said.contains("What is the capital"), "recall is nothing a machine can mark");
    let list = world.run(&["exams"]).success();
    assert_eq!(list, "  1 ✗ 2026-11-24  Exam: Small  not passed, 0 of 5 (0%)\n");
    let shown = world.run(&["exams", "show", "1"]).success();
    assert!(shown.contains("yours  nothing") && shown.contains("source Test 2026"), "{shown}");
    let json: Value = serde_json::from_str(&world.run(&["exams", "show", "1", "--json"]).success()).unwrap();
    assert_eq!((&json["outcome"]["items"], json["items"].as_array().unwrap().len()), (&json!(5), 5));
    world.run(&["exams", "show", "7"]).failure(2, "error: there is no exam `7`\nhint: did you mean `1`\n");
    // And the trend, once there is one.
    let _ = world.feed(&["exam", "--deck", "small", "--fixed", "5", "--plain"], &"d\n".repeat(5)).success();
    assert!(world.run(&["exams"]).success().contains("• Exam: Small: 0% → 0%"));
}

#[test]
fn an_exam_that_is_left_waits_and_one_that_is_ended_counts() {
    let world = World::new();
    let args = ["exam", "--deck", "small", "--fixed", "5", "--plain"];
    let said = world.feed(&args, "d\nq\n").success();
    assert!(
        said.ends_with("1 item answered and saved: `retain exam --deck small` goes on with the same item\n"),
        "{said}"
    );
    world.run(&["exams", "show", "1"]).failure(
        1,
        "error: exam 1 is not over, and nothing is told before: `retain exam --deck small` goes on with it\n",
    );
    assert!(world.run(&[]).success().contains("Exam: Small is not over"));
    let said = world.feed(&["exam", "--plain"], "end\n").success();
    assert!(said.contains("goes on where it was") && said.contains("item 2 of 5"), "{said}");
    assert!(said.contains("you left before all items were answered"), "{said}");
    assert!(world.run(&["exams"]).success().contains("not passed, left, 0 of 1 (0%)"));
}

#[test]
fn the_time_runs_out_while_one_thinks_and_time_away_does_not_count() {
    let world = World::empty().deck("d", &numbers("beginner", "d", 30));
    let mut seat = world.seat();
    let options = ExamOptions { minutes: Some(10), ..options(&seat) };
    let open =
        |seat: &mut Seat| -> OpenExam { seat.app.open_exam(&Scope::Deck("d".into()), &options).unwrap() };
    let mut exam = open(&mut seat);
    let mut terminal = ScriptedTerminal::new(80, 24).keys("1\n3");
    assert_eq!(
        seat.app.run_exam(&mut exam, &mut TerminalExam::new(&mut terminal)).unwrap(),
        ExamLeft::Paused
    );
    assert!(terminal.screens()[0].contains("10:00 left"), "{}", terminal.screens()[0]);
    seat.pass_days(3);
    let mut exam = open(&mut seat);
    assert!(exam.resumed);
    let clock = std::rc::Rc::clone(&seat.clock);
    struct Sleepy(std::rc::Rc<retain::app::clock::SteppingClock>, u32);
    impl ExamFront for Sleepy {
        fn next(&mut self, _: &ExamScene<'_>) -> std::io::Result<ExamAction> {
            self.1 += 1;
            self.0.pass(4 * 60_000);
            Ok(ExamAction::Event(Event::Tick))
        }
        fn saved(&mut self, _: &Recorded) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut front = Sleepy(clock, 0);
    assert_eq!(seat.app.run_exam(&mut exam, &mut front).unwrap(), ExamLeft::Over);
    assert_eq!(front.1, 3, "three looks at four minutes each are beyond ten");
    let end = seat.app.store.sitting(exam.id).unwrap().unwrap().end.unwrap();
    assert_eq!((end.outcome.ended.as_str(), end.outcome.passed), ("time", false));
}

#[test]
fn cards_of_weak_concepts_come_first_and_what_was_mended_is_weak_no_more() {
    let world = World::empty().deck("d", &numbers("beginner", "d", 6));
    let mut seat = world.seat();
    let rules = ExamOptions { fixed: Some((6, 0.5)), ..options(&seat) };
    let abilities: [fn(&Asked) -> f64; 2] =
        [|_| 0.0, |asked| if asked.question.prompt.contains("Type 1") { 1.0 } else { 0.0 }];
    for ability in abilities {
        let mut exam = seat.app.open_exam(&Scope::Deck("d".into()), &rules).unwrap();
        let _ = seat.app.run_exam(&mut exam, &mut Learner::new(7, ability)).unwrap();
    }
    let weak = seat.app.weak_cards().unwrap();
    assert!(!weak.contains(&seat.uid("d-1")) && weak.contains(&seat.uid("d-5")), "{weak:?}");
    let said = world.feed(&["review", "--weak", "--plain"], "").success();
    assert!(said.contains("for d"), "{said}");
}

#[test]
fn the_map_names_what_is_read_and_what_comes_next() {
    let world = course();
    assert_eq!(
        world.run(&["path", "--read", "ddia"]).success(),
        "Designing Data-Intensive Applications: read\n"
    );
    let map = world.run(&["path"]).success();
    assert!(map.contains("· read 24 Nov 2026"), "{map}");
    assert!(map.contains("· Advanced  locked until the intermediate exam is passed"), "{map}");
    let words = map.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains(
            "`retain exam beginner` says whether you have mastered beginner and opens intermediate"
        )
    );
    assert_eq!(world.run(&["path", "--open", "dynamo"]).success().lines().count(), 1);
    world
        .run(&["path", "--open", "dynamos"])
        .failure(2, "error: there is no resource `dynamos`\nhint: did you mean `dynamo`\n");
    let map: Value = serde_json::from_str(&world.run(&["path", "--json"]).success()).unwrap();
    assert_eq!(map["levels"][1]["open"], json!(false));
    assert_eq!(map["levels"][0]["resources"][0]["decks"][0]["new"], json!(30));
    let _ = world.run(&["path", "--unread", "ddia"]).success();
    assert!(!world.run(&["path"]).success().contains("read 24 Nov"));
}
