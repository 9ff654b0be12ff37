//! Each kind of question at a real pseudo-terminal, answered with keys, and its screens as `docs/kinds.md` shows them:
//! `RETAIN_UPDATE=1 cargo test --test it kinds` writes them anew. Not for the rules of judging (`grading/`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use retain::card::Form;
use retain::review::{Grade, LogEvent, LoggedAnswer};

use crate::stage::Pty;
use crate::world::World;

const HEAD: &str = "---\nname = \"Kinds\"\nsource = \"The tutorial\"\n---\n\n";

const CHOICE: &str = "\
Q: Which node answers a linearizable read in Raft without an extra round trip of messages?
A:
- [x] the leader, while its lease lasts
- [ ] any follower that is up to date
  A follower cannot know that nothing newer was committed.
- [ ] the candidate with the longest log
  A candidate serves nobody.
Why: A lease is a promise that no other leader exists meanwhile.
<!-- id: card -->
";

const SEVERAL: &str = "\
Q: Which of these does a Raft log entry carry? (several)
A:
- [x] the term in which the leader received it
- [ ] the commit index
  That travels in AppendEntries.
- [x] the command
Why: The term lets logs be compared.
<!-- id: card -->
";

const ORDER: &str = "\
Q: Put one round of two-phase commit in order.
Order:
1. the coordinator asks for votes
2. participants force a prepare record and vote
3. the coordinator forces the decision
4. participants learn and acknowledge it
Why: A vote that is not on disk could be forgotten in a crash.
<!-- id: card -->
";

const TYPED: &str = "\
Q: What is the consistency model in which each operation takes effect at one instant between call and return?
Type: linearizability | linearisability | atomic consistency
<!-- id: card -->
";

const CODE: &str = "\
Q: Which flag of `open` passes the page cache by?
Type: `O_DIRECT`
<!-- id: card -->
";

const NUMBER: &str = "\
Q: A round trip takes 0.2 ms. How long do five in a row take, in milliseconds?
Number: 1 ms
Why: 5 × 0.2 ms.
<!-- id: card -->
";

const CLOZE: &str = "\
C: A candidate wins when it has votes from [a majority] of the whole cluster.
<!-- id: card -->
";

const PROBLEM: &str = "\
Problem: raft.commit-index
servers = 5
log = 7
<!-- id: card -->
";

fn world(card: &str) -> World {
    World::empty().deck("kinds", &format!("{HEAD}{card}"))
}

/// A question at a terminal, and the screens that came of it.
struct Asked {
    world: World,
    pty: Pty,
    question: String,
}

impl Asked {
    /// Starts a review of one card and waits for a text of it.
    fn new(world: World, text: &str) -> Self {
        let mut pty = Pty::start(&world, &["review"], &[]);
        let question = pty.wait_for(text);
        Self { world, pty, question }
    }

    /// Sends keys and waits for what then stands on the screen.
    fn send(&mut self, keys: &str, text: &str) -> String {
        self.pty.send(keys);
        self.pty.wait_for(text)
    }

    /// Takes the grade that is proposed, leaves once it is written, and returns what the log kept.
    fn confirmed(mut self) -> LoggedAnswer {
        self.pty.send("\r");
        while self.world.log_len() == 0 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        self.pty.send("\u{3}");
        assert_eq!(self.pty.end().0, 130);
        let history = self.world.seat().history("card");
        let [entry] = history.as_slice() else { panic!("one answer: {history:?}") };
        let LogEvent::Answer(answer) = &entry.event else { panic!("an answer: {entry:?}") };
        answer.clone()
    }
}

/// The digit in front of an option or item.
fn digit_of(screen: &str, text: &str) -> char {
    let line =
        screen.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("`{text}` in\n{screen}"));
    line.chars().find(char::is_ascii_digit).unwrap()
}

/// Moves items until they stand in an order: down to the item, picked up, up to its place, put down.
fn arrange(asked: &mut Asked, order: &[&str]) {
    for (place, item) in order.iter().enumerate() {
        let screen = asked.pty.screen();
        let at = digit_of(&screen, item).to_digit(10).unwrap() as usize - 1;
        let cursor = screen.lines().find(|line| line.contains('▸')).unwrap();
        let cursor = cursor.chars().find(char::is_ascii_digit).unwrap().to_digit(10).unwrap() as usize - 1;
        let go = |from: usize, to: usize| {
            if from < to { "\u{1b}[B".repeat(to - from) } else { "\u{1b}[A".repeat(from - to) }
        };
        let keys = format!("{} {} ", go(cursor, at), go(at, place));
        let wanted = format!("{}. {item}", place + 1);
        let _ = asked.send(&keys, &wanted);
    }
}

#[test]
fn each_kind_is_answered_at_a_terminal_as_the_page_shows() {
    let mut shown: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut keep = |kind: &'static str, screens: [&String; 2]| {
        shown.insert(kind, screens.map(Clone::clone).to_vec());
    };

    let mut asked = Asked::new(world(CHOICE), "Which node");
    let right = digit_of(&asked.question, "the leader, while");
    let answer = asked.send(&right.to_string(), "✓ right");
    assert!(answer.contains("A candidate serves nobody."), "each option's reason\n{answer}");
    keep("Choice", [&asked.question.clone(), &answer]);
    let logged = asked.confirmed();
    assert_eq!((logged.grade, logged.given.as_deref()), (Grade::Good, Some(&*right.to_string())));
    assert!(logged.seed.is_some(), "the shuffle can be shown again");

    let mut asked = Asked::new(world(SEVERAL), "Which of these");
    let ticked = [digit_of(&asked.question, "the term in"), digit_of(&asked.question, "the commit index")];
    let answer = asked.send(&format!("{}{}\r", ticked[0], ticked[1]), "✗ wrong");
    assert!(answer.contains("wrong, chosen") && answer.contains("right, not chosen"), "{answer}");
    keep("Several", [&asked.question.clone(), &answer]);
    assert_eq!(asked.confirmed().grade, Grade::Again);
    let mut asked = Asked::new(world(SEVERAL), "Which of these");
    let ticked = [digit_of(&asked.question, "the term in"), digit_of(&asked.question, "the command")];
    let _ = asked.send(&format!("{}{}\r", ticked[0], ticked[1]), "✓ right");
    assert_eq!(asked.confirmed().grade, Grade::Good);

    let order = [
        "the coordinator asks for votes",
        "participants force a prepare record",
        "the coordinator forces the decision",
        "participants learn",
    ];
    // Three of four in a row: right in part.
    let mut asked = Asked::new(world(ORDER), "Put one round");
    arrange(&mut asked, &[order[1], order[2], order[3], order[0]]);
    let answer = asked.send("\r", "partly right");
    assert!(answer.contains("belongs at 1"), "{answer}");
    keep("Order", [&asked.question.clone(), &answer]);
    assert_eq!(asked.confirmed().grade, Grade::Hard);
    let mut asked = Asked::new(world(ORDER), "Put one round");
    arrange(&mut asked, &order);
    let _ = asked.send("\r", "✓ right");
    assert_eq!(asked.confirmed().grade, Grade::Good);

    let mut asked = Asked::new(world(TYPED), "consistency model");
    let answer = asked.send("linearizabilty\r", "nearly");
    assert!(answer.contains("linearizabil{+i+}ty"), "a difference that needs no colour\n{answer}");
    keep("Typed word", [&asked.question.clone(), &answer]);
    assert_eq!(asked.confirmed().grade, Grade::Again);
    let mut asked = Asked::new(world(TYPED), "consistency model");
    let _ = asked.send("  Linearisability \r", "✓ right");
    assert_eq!(asked.confirmed().grade, Grade::Good);

    let mut asked = Asked::new(world(CODE), "page cache");
    let answer = asked.send("o_direct\r", "✗ wrong");
    keep("Typed code", [&asked.question.clone(), &answer]);
    assert_eq!(asked.confirmed().grade, Grade::Again);

    let mut asked = Asked::new(world(NUMBER), "round trip");
    let answer = asked.send("1000 us\r", "✓ right");
    keep("Number", [&asked.question.clone(), &answer]);
    assert_eq!(asked.confirmed().grade, Grade::Good);

    let mut asked = Asked::new(world(CLOZE), "A candidate wins");
    let answer = asked.send(" ", "a majority");
    keep("Cloze, recalled", [&asked.question.clone(), &answer]);
    let typing = world(CLOZE).set(|settings| settings.type_cloze = true);
    let mut asked = Asked::new(typing, "A candidate wins");
    let answer = asked.send("a minority\r", "✗ wrong");
    keep("Cloze, typed", [&asked.question.clone(), &answer]);
    assert_eq!(asked.confirmed().grade, Grade::Again);

    let mut asked = Asked::new(world(PROBLEM), "commitIndex");
    let answer = asked.send("0\r", "▸");
    keep("Problem", [&asked.question.clone(), &answer]);
    let logged = asked.confirmed();
    // What was asked can be drawn again from the log.
    let parameters = "servers = 5\nlog = 7".parse().unwrap();
    let (seed, version) = (logged.seed.unwrap(), logged.version.unwrap());
    let again =
        retain::problem::redraw("raft.commit-index", version, &parameters, seed, logged.difficulty.unwrap());
    let again = again.unwrap();
    let table = again.prompt.lines().find(|line| line.starts_with("matchIndex ")).unwrap();
    assert!(shown["Problem"][0].contains(table), "{table}");
    let Form::Number { answer } = &again.form else { panic!("a number: {again:?}") };
    assert_eq!(answer.value == 0.0, logged.verdict.unwrap().is_right());

    page_shows(&shown);
}

/// Holds `docs/kinds.md` against the screens: the two blocks below the heading of each kind.
#[expect(clippy::disallowed_methods, reason = "how a person asks for a new page")]
fn page_shows(screens: &BTreeMap<&str, Vec<String>>) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/kinds.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut fresh = String::new();
    for (number, section) in page.split("\n## ").enumerate() {
        if number == 0 {
            fresh.push_str(section);
            continue;
        }
        let (kind, _) = section.split_once('\n').unwrap();
        let blocks = screens.get(kind).unwrap_or_else(|| panic!("no screens of `{kind}`"));
        let words = section.split("\n```text\n").next().unwrap();
        let _ = write!(fresh, "\n## {}", words.trim_end());
        fresh.push('\n');
        for block in blocks {
            let _ = write!(fresh, "\n```text\n{block}\n```\n");
        }
    }
    assert_eq!(page.matches("\n## ").count(), screens.len(), "a section for each kind");
    if std::env::var_os("RETAIN_UPDATE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == fresh, "docs/kinds.md is out of date: `RETAIN_UPDATE=1 cargo test --test it kinds`");
}

/// A family that was changed keeps what it drew before: an entry of the log from then is shown as it was.
#[test]
fn an_answer_to_an_earlier_version_of_a_family_can_be_seen_again() {
    let world = world("Problem: raft.commit-index\n<!-- id: card -->\n");
    let mut seat = world.seat();
    let _ = seat.review_of(&["card"], "0\n\nq");
    drop(seat);
    // As a program of then would have written it, in a quiz.
    world
        .sql()
        .execute_batch(
            "insert into review_log (id, device, card, at, day, event, purpose, grade, took_ms, verdict, given, seed,
                                     version, difficulty)
             select randomblob(16), device, card, at - 86400000, day - 1, event, 'quiz', 1, 9000, 0.0, '7', 0, 1, 0
             from review_log",
        )
        .unwrap();
    let told = world.run(&["history", "card"]).success();
    let lines: Vec<&str> = told.lines().collect();
    let old = lines.iter().find(|line| line.contains("quiz")).unwrap();
    let (_, place) = old.split_once("--seed").unwrap();
    assert_eq!(place, " 0 --difficulty 0 --family-version 1", "{told}");
    assert!(told.contains("--family-version 2"), "{told}");
    let (_, command) = lines.last().unwrap().split_once("retain ").unwrap();
    let line = format!("{command} --json --seed{place}");
    let shown: serde_json::Value =
        serde_json::from_str(&world.run(&line.split(' ').collect::<Vec<_>>()).success()).unwrap();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/problems/raft.commit-index@1.json");
    let then: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(sample).unwrap()).unwrap();
    assert_eq!(shown, then[0], "as it was drawn then");
    let now = world.run(&["problem", "show", "raft.commit-index", "--json", "--seed", "0"]).success();
    assert_ne!(serde_json::from_str::<serde_json::Value>(&now).unwrap()["question"], shown["question"]);
    world
        .run(&["problem", "show", "raft.commit-index", "--family-version", "9"])
        .failure(2, "error: there is no version 9 of `raft.commit-index`\nhint: it has 1, 2\n");
    // Everything that reads the log still reads it.
    world.run(&["stats"]).success();
    let mut seat = world.seat();
    assert_eq!(seat.history("card").len(), 2);
    seat.assert_states_are_replays();
}

/// A verdict proposes a grade by the learner's own pace, at the terminal and in plain lines.
#[test]
fn quick_is_measured_by_the_learners_own_time() {
    let world = World::new();
    let mut seat = world.seat();
    let _ = seat.review_of(&["paris"], " 3q");
    // Twenty right answers of eight seconds each: a pace is known.
    world
        .sql()
        .execute_batch(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20)
             insert into review_log (id, device, card, at, day, event, purpose, grade, took_ms, verdict)
             select randomblob(16), device, card, at + i, day, event, 'quiz', 3, 8000, 1.0 from review_log, n",
        )
        .unwrap();
    let proposed = |step_ms: i64| {
        let mut seat = world.seat_taking(step_ms);
        let terminal = seat.review_of(&["week"], "7\n");
        terminal.screens().last().unwrap().clone()
    };
    assert!(proposed(0).contains("▸4 Easy"), "{}", proposed(0));
    assert!(proposed(5_000).contains("▸3 Good"), "{}", proposed(5_000));
    // The clock of a command stands still, so it is quick.
    let week = world.folder().join("week.md");
    std::fs::write(&week, "Q: How many days has a week?\nNumber: 7\n<!-- id: seven -->\n").unwrap();
    let path = week.to_str().unwrap();
    let said = world.feed(&["review", "--plain", path], "7\n").stdout;
    assert!(said.contains("enter for easy"), "{said}");
    let said = world.feed(&["review", "--plain", path], "8\n").stdout;
    assert!(said.contains("enter for again"), "{said}");
}

/// In review the longest run in the right order earns its part; in an exam only the whole order counts.
#[test]
fn an_order_is_right_in_part_in_review_and_whole_or_not_at_all_in_an_exam() {
    let items = ["asks for votes", "force a prepare record", "forces the decision", "learn and acknowledge"];
    let sit = |order: &[usize]| {
        let world = World::empty().deck("kinds", &format!("{HEAD}{ORDER}"));
        let exam = ["exam", "--plain", "--deck", "kinds", "--fixed", "1", "--pass", "60"];
        // The same seed asks in the same arrangement, so a first look tells the numbers.
        let shown = World::empty().deck("kinds", &format!("{HEAD}{ORDER}")).feed(&exam, "").stdout;
        let number = |item: &str| {
            let line = shown.lines().find(|line| line.contains(item)).unwrap_or_else(|| panic!("{shown}"));
            line.split('.').next().unwrap().trim().to_owned()
        };
        let typed = order.iter().map(|&at| number(items[at])).collect::<Vec<_>>().join(" ");
        world.feed(&exam, &format!("{typed}\n3\n")).stdout
    };
    let whole = sit(&[0, 1, 2, 3]);
    assert!(whole.contains("1 of 1"), "{whole}");
    let part = sit(&[1, 2, 3, 0]);
    assert!(part.contains("0 of 1"), "{part}");
}
