//! What is measured with: homes with decks in them, the program as a process, and durations.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use retain::app::App;
use retain::app::clock::SystemClock;
use retain::config::{Config, Settings};

pub const BINARY: &str = env!("CARGO_BIN_EXE_retain");
/// Cards in one deck file.
pub const PER_FILE: usize = 500;

/// A home that is removed in the end.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    /// A home with the course indexed, and some cards of the learner's own.
    pub fn new(cards: usize) -> Self {
        let home = Self::unindexed(cards);
        home.app("sm2").refresh(&[]).expect("the decks are indexed");
        home
    }

    pub fn unindexed(cards: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let decks = folder.path().join("decks");
        std::fs::create_dir_all(&decks).expect("a folder");
        write_decks(&decks, cards, |file, cards| deck(file, cards, ""));
        std::fs::write(folder.path().join("config.toml"), "backups = false\n").expect("settings");
        Self { folder }
    }

    /// Settings under which a day has no end of new cards.
    pub fn learn_much(&self) {
        let text = "new_per_day = 9999\nbackups = false\n";
        std::fs::write(self.path().join("config.toml"), text).expect("settings");
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn app(&self, scheduler: &str) -> App {
        app(self.path(), scheduler)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(args).env_clear().env("HOME", self.path()).env("RETAIN_HOME", self.path());
        command.env("LANG", "C.UTF-8").env("TERM", "xterm").env("PATH", "/usr/bin:/bin");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        command
    }
}

pub fn app(home: &Path, scheduler: &str) -> App {
    let settings =
        Settings { new_per_day: 9_999, backups: false, scheduler: scheduler.into(), ..Settings::default() };
    let config = Config {
        home: home.to_owned(),
        settings,
        now: None,
        seed: None,
        no_color: true,
        dumb: false,
        ascii: false,
        editor: "true".into(),
        opener: "true".into(),
        columns: Some(80),
    };
    App::with_clock(config, Box::new(SystemClock)).expect("the database opens")
}

/// Writes decks of `PER_FILE` cards each into a folder.
pub fn write_decks(folder: &Path, cards: usize, text: impl Fn(usize, usize) -> String) {
    std::fs::create_dir_all(folder).expect("a folder");
    for file in 0..cards.div_ceil(PER_FILE) {
        let text = text(file, PER_FILE.min(cards - file * PER_FILE));
        std::fs::write(folder.join(format!("deck-{file:05}.md")), text).expect("a deck");
    }
}

/// Cards as people write them: a question of a dozen words, an answer of two lines, some with an id.
pub fn deck(file: usize, cards: usize, edit: &str) -> String {
    let mut text = format!("---\nname = \"Deck {file}\"\n---\n\n");
    for n in 0..cards {
        text.push_str(&format!(
            "Q: What does part {n} of subject {file} promise to whoever calls it twice in a row{edit}?\n\
             A: It promises outcome {n} of {file}, and nothing about the order in which\nothers see it happen.\n"
        ));
        if n % 2 == 0 {
            text.push_str(&format!("<!-- id: s{file}-{n} -->\n"));
        }
        text.push('\n');
    }
    text
}

pub fn now() -> Instant {
    Instant::now()
}

/// Some durations, sorted.
pub struct Times(Vec<Duration>);

impl Times {
    pub fn of(count: usize, mut run: impl FnMut() -> Duration) -> Self {
        Self::from((0..count).map(|_| run()).collect::<Vec<_>>())
    }

    pub fn at(&self, share: f64) -> f64 {
        let place = ((self.0.len() - 1) as f64 * share).round() as usize;
        self.0[place].as_secs_f64() * 1e3
    }
}

impl From<Vec<Duration>> for Times {
    fn from(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self(times)
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "median {:.2} ms, p99 {:.2} ms, least {:.2} ms", self.at(0.5), self.at(0.99), self.at(0.0))
    }
}

/// A number out of `/proc/PID/status`.
pub fn status(pid: u32, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// From starting the process to the line that asks the first card; then the process is told to leave.
pub fn first_card(home: &Home) -> Duration {
    let began = now();
    let mut child = home.command(&["review", "--json"]).spawn().expect("the binary starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output"));
    let mut line = String::new();
    while !line.contains("\"type\":\"card\"") {
        line.clear();
        assert!(lines.read_line(&mut line).expect("a line") > 0, "no card was asked");
    }
    let took = began.elapsed();
    // As a learner leaves: a program that is killed leaves its write-ahead log to be read by the next start.
    drop(child.stdin.take());
    drop(lines);
    child.wait().expect("it ends");
    took
}
