//! The test world: a temporary home, a frozen clock, a fixed seed, and nothing of the machine it runs on.
//! Commands run the real binary in it; a [`Seat`] runs the same use cases in this process over a scripted terminal.
//! Not for asserting anything: tests do that.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;

use retain::app::App;
use retain::app::clock::{Clock as _, SteppingClock};
use retain::app::front::Front;
use retain::app::front::terminal::TerminalFront;
use retain::app::plan::Wanted;
use retain::app::review::{Ended, Sitting, plan_of};
use retain::card::CardUid;
use retain::config::{Config, Settings};
use retain::review::{LogEntry, Purpose};
use retain::schedule::replay::CardRecord;
use retain::seed::Seed;
use retain::session::Session;
use retain::shelf::DIGEST;
use retain::store::{LogFilter, OpenOptions, Store};
use retain::term::ScriptedTerminal;
use retain::time::{DAY_MS, Timestamp, ZoneOffset};

/// Every kind of card once; ids so that tests can name them.
pub const SMALL: &str = "\
---
name = \"Small\"
level = \"beginner\"
source = \"Test 2026\"
tags = [\"tiny\"]
---

Q: What is the capital of France?
A: Paris
Hint: a river runs through it
Why: It has been so since 987. See [a page](https://example.org/paris).
Source: p. 7
<!-- id: paris -->

Q: Which of these is even?
A:
- [ ] one
  It is odd.
- [x] two
- [ ] three
<!-- id: even -->

Q: Which of these are odd?
A:
- [x] five
- [ ] six
- [x] seven
<!-- id: odd -->

Q: Put the numbers in order.
Order:
1. alpha
2. beta
3. gamma
<!-- id: order -->

Q: What is the opposite of cold?
Type: hot | warm
<!-- id: hot -->

Q: How many days has a week?
Number: 7
<!-- id: week -->

C: A river flows from its [source] down to the sea.
<!-- id: river -->
";

/// The morning on which every world begins.
pub const MORNING: &str = "2026-11-24T09:00:00+01:00";

/// A place for one test.
pub struct World {
    folder: Rc<tempfile::TempDir>,
    now: RefCell<String>,
    seed: u64,
    pub settings: Settings,
}

/// What a command did.
#[must_use = "assert what the command said, or at least its exit code"]
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub stdout: String,
    pub stderr: String,
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
}

impl Outcome {
    /// Asserts that all went well and nothing was complained of; returns what was said.
    #[track_caller]
    pub fn success(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "stdout:\n{}", self.stdout);
        self.stdout
    }

    /// Asserts the exit code and the whole of what was complained of.
    #[track_caller]
    pub fn failure(self, code: i32, stderr: &str) {
        assert_eq!((self.code, self.stderr.as_str()), (Some(code), stderr), "stdout:\n{}", self.stdout);
    }
}

impl World {
    /// A world with the small deck and without the course.
    pub fn new() -> Self {
        Self::empty().deck("small", SMALL)
    }

    /// A world without decks and without the course.
    pub fn empty() -> Self {
        let world = Self::with_course();
        // A database that believes to hold the course already: nothing of it is indexed, and no test leans on its text.
        let store = world.store();
        store.set_setting("shipped", &format!("{DIGEST} ")).unwrap();
        drop(store);
        world
    }

    /// A world as a fresh machine is: the course, no own decks, no database yet.
    pub fn with_course() -> Self {
        let folder = Rc::new(tempfile::tempdir().unwrap());
        // Large enough that it limits nothing; tests of limits set their own.
        let settings = Settings { backups: false, new_per_day: 50, balance: false, ..Settings::default() };
        let world = Self { folder, now: RefCell::new(MORNING.to_owned()), seed: 7, settings };
        std::fs::create_dir_all(world.home()).unwrap();
        world.write_settings();
        world
    }

    /// Writes a deck of the learner's own.
    pub fn deck(self, name: &str, text: &str) -> Self {
        self.write_deck(name, text);
        self
    }

    /// Changes the settings, for commands and seats alike.
    pub fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self.write_settings();
        self
    }

    fn write_settings(&self) {
        let s = &self.settings;
        let text = format!(
            "new_per_day = {}\nreviews_per_day = {}\nbackups = {}\nlearn_ahead_minutes = {}\ntype_cloze = {}\nscheduler = {:?}\nbalance = {}\n",
            s.new_per_day,
            s.reviews_per_day,
            s.backups,
            s.learn_ahead_minutes,
            s.type_cloze,
            s.scheduler,
            s.balance
        );
        std::fs::write(self.home().join("config.toml"), text).unwrap();
    }

    pub fn write_deck(&self, name: &str, text: &str) {
        let path = self.deck_path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn deck_path(&self, name: &str) -> PathBuf {
        self.home().join("decks").join(format!("{name}.md"))
    }

    /// The folder around the home, for files that are none of retain's.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub fn database(&self) -> PathBuf {
        self.home().join("retain.db")
    }

    /// Sets the clock of commands and of seats taken from now on.
    pub fn at(&self, now: &str) {
        *self.now.borrow_mut() = now.to_owned();
    }

    pub fn now(&self) -> (Timestamp, ZoneOffset) {
        Timestamp::parse_rfc3339(&self.now.borrow()).unwrap()
    }

    /// Lets time pass; the zone stays.
    pub fn pass(&self, ms: i64) {
        let (now, zone) = self.now();
        self.at(&now.plus_ms(ms).to_rfc3339(zone));
    }

    pub fn pass_days(&self, days: i64) {
        self.pass(days * DAY_MS);
    }

    /// The binary with arguments, in this world and no other.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_retain"));
        self.furnish(&mut command);
        command.args(args);
        command
    }

    /// Gives a command this world's environment and nothing else.
    pub fn furnish(&self, command: &mut Command) {
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("RETAIN_HOME", self.home())
            .env("RETAIN_NOW", &*self.now.borrow())
            .env("RETAIN_SEED", self.seed.to_string())
            .env("COLUMNS", "80")
            .env("NO_COLOR", "1")
            .env("LANG", "C.UTF-8")
            .env("TERM", "dumb");
    }

    /// Runs a command without input.
    pub fn run(&self, args: &[&str]) -> Outcome {
        self.feed(args, "")
    }

    /// Runs a command with lines of input.
    pub fn feed(&self, args: &[&str], input: &str) -> Outcome {
        finish(self.start(args), input)
    }

    /// Starts a command with pipes all around.
    pub fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Opens the database as the program does.
    pub fn store(&self) -> Store {
        let options = OpenOptions { busy_ms: 5_000, now: self.now().0, seed: Seed(self.seed) };
        Store::open(&self.database(), options).unwrap()
    }

    /// Opens the database as anyone can.
    pub fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.database()).unwrap()
    }

    /// Counts rows of the log.
    pub fn log_len(&self) -> i64 {
        self.sql().query_row("select count(*) from review_log", [], |row| row.get(0)).unwrap()
    }

    /// Takes a seat in this process.
    pub fn seat(&self) -> Seat {
        self.seat_taking(0)
    }

    /// Takes a seat whose clock goes on by so many milliseconds each time it is looked at.
    pub fn seat_taking(&self, step_ms: i64) -> Seat {
        let (now, zone) = self.now();
        let clock = Rc::new(SteppingClock::new(now, zone, step_ms));
        let config = Config {
            home: self.home(),
            settings: self.settings.clone(),
            now: None,
            seed: Some(self.seed),
            no_color: true,
            dumb: false,
            ascii: false,
            editor: "true".into(),
            opener: "true".into(),
            columns: Some(80),
        };
        let mut app = App::with_clock(config, Box::new(Rc::clone(&clock))).unwrap();
        app.refresh(&[]).unwrap();
        Seat { app, clock, _folder: Rc::clone(&self.folder) }
    }
}

/// Hands a process its input and waits for its end.
pub fn finish(mut child: Child, input: &str) -> Outcome {
    // A process that ended early no longer reads: its own words say why.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Outcome {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

/// The use cases in this process, with a clock that the test moves.
pub struct Seat {
    pub app: App,
    pub clock: Rc<SteppingClock>,
    /// The world's folder lives as long as its last seat.
    _folder: Rc<tempfile::TempDir>,
}

/// A daily review without bounds.
pub const REVIEW: Sitting = Sitting { purpose: Purpose::Review, limit: None, minutes: None };

impl Seat {
    /// Plans a review over some cards.
    pub fn plan(&self, wanted: &Wanted, sitting: Sitting) -> Session {
        let filter = self.app.filter(wanted).unwrap();
        let (plan, _) = self.app.plan(wanted, &filter, &self.app.moment()).unwrap();
        self.app.begin(plan, sitting).unwrap()
    }

    /// Plans a review over everything.
    pub fn session(&self) -> Session {
        self.plan(&Wanted::default(), REVIEW)
    }

    /// Plans a review of the named cards, in the order given, whatever else is there.
    pub fn session_of(&self, keys: &[&str], purpose: Purpose) -> Session {
        let cards =
            keys.iter().map(|key| self.app.store.queue_row(self.uid(key)).unwrap().unwrap()).collect();
        self.app.begin(plan_of(cards), Sitting { purpose, ..REVIEW }).unwrap()
    }

    /// Runs a session over a scripted terminal.
    pub fn run(&mut self, session: &mut Session, terminal: &mut ScriptedTerminal) -> Ended {
        let mut front = TerminalFront::new(terminal, "opener");
        self.run_front(session, &mut front)
    }

    pub fn run_front(&mut self, session: &mut Session, front: &mut dyn Front) -> Ended {
        self.app.run(session, front).unwrap()
    }

    /// Reviews everything with a script of keys on 80 by 24; returns the terminal.
    pub fn review(&mut self, keys: &str) -> ScriptedTerminal {
        let mut terminal = ScriptedTerminal::new(80, 24).keys(keys);
        let mut session = self.session();
        let _ = self.run(&mut session, &mut terminal);
        terminal
    }

    /// Reviews the named cards with a script of keys on 80 by 24; returns the terminal.
    pub fn review_of(&mut self, cards: &[&str], keys: &str) -> ScriptedTerminal {
        let mut terminal = ScriptedTerminal::new(80, 24).keys(keys);
        let mut session = self.session_of(cards, Purpose::Review);
        let _ = self.run(&mut session, &mut terminal);
        terminal
    }

    pub fn uid(&self, key: &str) -> CardUid {
        self.app.find_card(key).unwrap_or_else(|error| panic!("{key}: {error}")).uid
    }

    pub fn record(&self, key: &str) -> CardRecord {
        self.app.store.record(self.uid(key)).unwrap().unwrap_or_default()
    }

    pub fn history(&self, key: &str) -> Vec<LogEntry> {
        self.app.store.history(self.uid(key)).unwrap()
    }

    pub fn log(&self) -> Vec<LogEntry> {
        let mut entries = Vec::new();
        self.app.store.for_each_entry(LogFilter::default(), |entry| entries.push(entry)).unwrap();
        entries
    }

    pub fn pass(&self, ms: i64) {
        self.clock.pass(ms);
    }

    pub fn pass_days(&self, days: i64) {
        self.pass(days * DAY_MS);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Asserts that every stored state is what its log says.
    #[track_caller]
    pub fn assert_states_are_replays(&mut self) {
        let findings = self.app.examine(false).unwrap();
        assert_eq!(findings.differing, [], "stored and replayed states differ");
    }
}

/// A deck of plain recall cards `name-0`, `name-1`, …
pub fn plain_deck(name: &str, cards: usize) -> String {
    (0..cards).fold(String::new(), |text, n| {
        text + &format!("Q: What is number {n} of {name}?\nA: answer {n}\n<!-- id: {name}-{n} -->\n\n")
    })
}

/// Reads an example session out of a document: the first block of a language, as (input, output). Lines of the learner
/// begin with `> `; everything else is what the program says.
pub fn example(page: &str, language: &str) -> (String, String) {
    let block = page.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap();
    let (mut input, mut output) = (String::new(), String::new());
    for line in block.split_inclusive('\n') {
        match line.strip_prefix('>') {
            Some(typed) => input.push_str(typed.strip_prefix(' ').unwrap_or(typed)),
            None => output.push_str(line),
        }
    }
    (input, output)
}
