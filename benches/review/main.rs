//! Figures of daily review: starting, answering, indexing, replaying, waiting. Each beside its floor, in the same run.
//!
//! `cargo bench --bench review` measures everything on a machine that does nothing else; words after `--` choose parts:
//! `start`, `answer`, `fsync`, `index`, `check`, `replay`, `memory`, `idle`, `size`, `rivals`. hashcards is measured
//! where it is on the `PATH` or named by `HASHCARDS`; with 100,000 cards, which takes minutes, only when asked for by
//! `rivals-large`. `docs/performance.md` holds the results.
//! Not a test: nothing here fails because a machine is slow.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench measures time and prints it")]

mod decks;
mod world;

use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use retain::app::front::{Action, Front, Scene};
use retain::app::plan::Wanted;
use retain::app::review::Sitting;
use retain::card::CardUid;
use retain::review::{Grade, LogEntry, Purpose};
use retain::schedule::replay::CardRecord;
use retain::schedule::{CardState, Due, Memory, Phase};
use retain::session::{Event, Record};
use rusqlite::{Connection, params};

use world::{BINARY, Home, Times, app, first_card, now, status};

fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if words.first().is_some_and(|word| word == "child-replay") {
        return child_replay(&words[1], &words[2]);
    }
    if words.is_empty() {
        words = ["size", "start", "memory", "idle", "answer", "fsync", "index", "check", "replay", "rivals"]
            .map(String::from)
            .to_vec();
    }
    for word in words {
        println!("== {word}");
        match word.as_str() {
            "size" => size(),
            "start" => start(),
            "memory" => memory(),
            "idle" => idle(),
            "answer" => answer(),
            "fsync" => fsyncs(),
            "index" => decks::index(),
            "check" => decks::check(),
            "rivals" => decks::rivals(10_000),
            "rivals-large" => decks::rivals(100_000),
            "replay" => replay(),
            other => println!("nothing is called `{other}`"),
        }
    }
}

// ---- starting

fn version(home: &Home) -> Duration {
    let began = now();
    let mut child = home.command(&["--version"]).spawn().expect("the binary starts");
    let mut text = String::new();
    child.stdout.take().expect("its output").read_to_string(&mut text).expect("text");
    child.wait().expect("it ends");
    began.elapsed()
}

/// The floor of a start: open the database, the first due card by index, `stat` of every file.
fn start_floor(home: &Home) -> Duration {
    let began = now();
    let db = Connection::open(home.path().join("retain.db")).expect("it opens");
    let _: Option<i64> = db
        .query_row("select uid from card where seen = 0 and present = 1 limit 1", [], |row| row.get(0))
        .ok();
    for entry in std::fs::read_dir(home.path().join("decks")).expect("the folder") {
        let _ = entry.expect("an entry").metadata().expect("its stamps").len();
    }
    began.elapsed()
}

fn start() {
    for cards in [0, 10_000, 100_000, 1_000_000] {
        let home = Home::new(cards);
        let _ = first_card(&home);
        println!("{cards} own cards: `retain --version` {}", Times::of(40, || version(&home)));
        println!("{cards} own cards: floor              {}", Times::of(20, || start_floor(&home)));
        println!("{cards} own cards: first new card     {}", Times::of(20, || first_card(&home)));
        if cards > 0 {
            study(&home);
            println!("{cards} own cards: first due card     {}", Times::of(20, || first_card(&home)));
        }
    }
}

/// Gives every card a history of one answer and a due day around today: one in a hundred is due.
fn study(home: &Home) {
    let mut app = home.app("sm2");
    let at = app.moment();
    let cards = app.store.any_cards(&retain::store::QueueFilter::default(), u32::MAX).expect("the cards");
    let records: Vec<(CardUid, CardRecord)> = cards
        .iter()
        .zip(0_i32..)
        .map(|(card, n)| {
            let interval = 30 + n % 100;
            let due = at.today.plus(n % 100);
            let state = CardState {
                phase: Phase::Review,
                due: Due::On(due),
                last: Some(at.now.plus_ms(-86_400_000)),
                last_day: Some(due.plus(-interval)),
                interval: interval.unsigned_abs(),
                step: 0,
                reps: 3,
                lapses: 0,
                memory: Memory::Ease { permille: 2500 },
            };
            (card.card, CardRecord { state, last_grade: Some(Grade::Good), ..CardRecord::default() })
        })
        .collect();
    app.store.write_records(&records).expect("the states are written");
    app.store.checkpoint().expect("and moved home");
}

// ---- answering

/// A front end that grades as fast as it is asked, and notes how long each answer took to be on disk.
struct Hurry {
    left: usize,
    pressed: Instant,
    took: Vec<Duration>,
    entries: VecDeque<LogEntry>,
}

impl Front for Hurry {
    fn next(&mut self, scene: &Scene<'_>) -> io::Result<Action> {
        let Some(current) = scene.session.current() else { return Ok(Action::Leave) };
        if self.left == 0 {
            return Ok(Action::Leave);
        }
        if current.answered.is_none() {
            return Ok(Action::Event(Event::Reveal));
        }
        self.left -= 1;
        self.pressed = now();
        Ok(Action::Event(Event::Grade(Grade::Good)))
    }
    fn saved(&mut self, record: &Record) -> io::Result<()> {
        self.took.push(self.pressed.elapsed());
        self.entries.extend(record.entries.iter().cloned());
        Ok(())
    }
    fn retracted(&mut self, _: CardUid) -> io::Result<()> {
        Ok(())
    }
    fn history(&mut self, _: &Scene<'_>, _: &[LogEntry]) -> io::Result<()> {
        Ok(())
    }
    fn edit(&mut self, _: &str, _: &Path, _: usize) -> io::Result<bool> {
        Ok(false)
    }
}

/// The same statements at the same durability, by hand: what no program can be faster than.
fn bare_answers(db: &Connection, cards: &[i64], round: usize) -> Vec<Duration> {
    let mut took = Vec::with_capacity(cards.len());
    for (n, card) in cards.iter().enumerate() {
        let began = now();
        db.execute_batch("begin immediate").expect("a transaction");
        let _: Option<String> = db
            .prepare_cached("select phase, due_at, due_day, last_at, last_day, interval, step, reps, lapses, memory, memory_a, memory_b, suspended, parked, buried_until, flag, last_grade from card_state where card = ?1")
            .expect("a statement")
            .query_row([card], |row| row.get(0))
            .ok();
        let at = 1_800_000_000_000_i64 + (round * 1_000_000 + n) as i64;
        let mut id = [0_u8; 16];
        id[..6].copy_from_slice(&at.to_be_bytes()[2..]);
        id[8..].copy_from_slice(&card.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64.cast_signed()).to_be_bytes());
        db.prepare_cached("insert into review_log (id, device, card, at, day, event, purpose, grade, took_ms, interval) values (?1, 7, ?2, ?3, 20000, 'answer', 'review', 3, 1234, 1)")
            .expect("a statement")
            .execute(params![id, card, at])
            .expect("a row");
        db.prepare_cached(include_str!("../../src/store/sql/write_state.sql"))
            .expect("a statement")
            .execute(params![
                card,
                "review",
                None::<i64>,
                20_001,
                at,
                20_000,
                1,
                0,
                1,
                0,
                "ease",
                2500.0,
                None::<f64>,
                0,
                0,
                None::<i32>,
                None::<String>,
                3
            ])
            .expect("a row");
        db.prepare_cached("update card set seen = 1 where uid = ?1")
            .expect("a statement")
            .execute([card])
            .expect("a row");
        db.execute_batch("commit").expect("a commit");
        took.push(began.elapsed());
    }
    took
}

fn answer() {
    for cards in [10_000, 100_000] {
        let home = Home::new(cards);
        let mut ours = Vec::new();
        let mut bare = Vec::new();
        let twin = Home::new(0);
        std::fs::copy(home.path().join("retain.db"), twin.path().join("retain.db")).expect("a copy");
        let db = Connection::open(twin.path().join("retain.db")).expect("it opens");
        db.execute_batch("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma wal_autocheckpoint = 0; pragma cache_size = -4096")
            .expect("settings");
        let uids: Vec<i64> = db
            .prepare("select uid from card order by deck desc, place limit 2000")
            .expect("a statement")
            .query_map([], |row| row.get(0))
            .expect("rows")
            .collect::<rusqlite::Result<_>>()
            .expect("numbers");
        let mut app = home.app("sm2");
        // In turns, so that both meet the same weather.
        for (round, some) in uids.chunks(200).take(10).enumerate() {
            let at = app.moment();
            let wanted = Wanted::default();
            let filter = app.filter(&wanted).expect("all decks");
            let (plan, _) = app.plan(&wanted, &filter, &at).expect("a plan");
            let sitting = Sitting { purpose: Purpose::Review, limit: None, minutes: None };
            let mut session = app.begin(plan, sitting).expect("a session");
            let mut front = Hurry { left: 200, pressed: now(), took: Vec::new(), entries: VecDeque::new() };
            let _ = app.run(&mut session, &mut front).expect("it runs");
            app.store.checkpoint().expect("a checkpoint");
            ours.extend(front.took);
            bare.extend(bare_answers(&db, some, round));
            let _: i64 =
                db.query_row("pragma wal_checkpoint(passive)", [], |row| row.get(0)).expect("a checkpoint");
        }
        let count = ours.len();
        let (ours, bare) = (Times::from(ours), Times::from(bare));
        println!("{cards} own cards: {count} answers, key to committed row: {ours}");
        println!("{cards} own cards: the bare transaction:              {bare}");
        println!(
            "{cards} own cards: median {:.2} x, p99 {:.2} x the floor",
            ours.at(0.5) / bare.at(0.5),
            ours.at(0.99) / bare.at(0.99)
        );
    }
}

fn fsyncs() {
    let home = Home::new(1_000);
    home.learn_much();
    let count = |answers: usize| -> Option<usize> {
        let trace = home.path().join("trace");
        let mut command = Command::new("strace");
        command
            .args(["-f", "-e", "trace=fsync,fdatasync", "-o"])
            .arg(&trace)
            .arg(BINARY)
            .args(["review", "--plain"]);
        command
            .env_clear()
            .env("RETAIN_HOME", home.path())
            .env("HOME", home.path())
            .env("PATH", "/usr/bin:/bin");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().ok()?;
        let mut input = child.stdin.take()?;
        input.write_all(("\n3\n".repeat(answers) + "q\n").as_bytes()).ok()?;
        drop(input);
        child.wait().ok()?;
        let text = std::fs::read_to_string(trace).ok()?;
        Some(text.lines().filter(|line| line.contains("sync(")).count())
    };
    match (count(10), count(60)) {
        (Some(few), Some(many)) => {
            println!("{few} at 10 answers, {many} at 60: {:.2} an answer", (many as f64 - few as f64) / 50.0);
        }
        _ => println!("strace is not there"),
    }
}

// ---- replaying

fn replay() {
    const ROWS: usize = 1_000_000;
    let home = Home::new(100_000);
    let mut db = Connection::open(home.path().join("retain.db")).expect("it opens");
    let uids: Vec<i64> = db
        .prepare("select uid from card order by uid limit 100000")
        .expect("a statement")
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<rusqlite::Result<_>>()
        .expect("numbers");
    let transaction = db.transaction().expect("a transaction");
    {
        let mut insert = transaction
            .prepare("insert into review_log (id, device, card, at, day, event, purpose, grade, took_ms, interval) values (?1, 7, ?2, ?3, ?4, 'answer', 'review', ?5, 5000, null)")
            .expect("a statement");
        for n in 0..ROWS {
            // Ten answers a card, days apart; one in ten forgotten.
            let (round, place) = (n / uids.len(), n % uids.len());
            let day = 19_000 + (round * round * 9) as i64;
            let at = day * 86_400_000 + 40_000_000 + place as i64 * 100;
            let mut id = [0_u8; 16];
            id[..6].copy_from_slice(&at.to_be_bytes()[2..]);
            id[8..].copy_from_slice(&(n as u64).to_be_bytes());
            let grade = if (n * 7 + round) % 10 == 0 { 1 } else { 3 };
            insert.execute(params![id, uids[place], at, day, grade]).expect("a row");
        }
    }
    transaction.commit().expect("a commit");
    let _: i64 = db.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0)).expect("a checkpoint");
    drop(db);
    for scheduler in ["sm2", "fsrs"] {
        // In a process of its own, so that its peak is its own.
        let output = Command::new(std::env::current_exe().expect("this program"))
            .args(["child-replay", scheduler])
            .arg(home.path())
            .output()
            .expect("it runs");
        print!("{}", String::from_utf8_lossy(&output.stdout));
    }
}

fn child_replay(scheduler: &str, home: &str) {
    let app = app(&PathBuf::from(home), scheduler);
    let before = status(std::process::id(), "VmRSS");
    let began = now();
    let (rows, records) = app.replay_all().expect("it replays");
    println!(
        "{rows} rows of {} cards under {scheduler}: {:.0} ms, peak {} MiB ({} MiB before)",
        records.len(),
        began.elapsed().as_secs_f64() * 1e3,
        status(std::process::id(), "VmHWM") / 1024,
        before / 1024
    );
}

// ---- waiting

fn memory() {
    for cards in [0, 100_000] {
        let home = Home::new(cards);
        home.learn_much();
        let mut child = home.command(&["review", "--json"]).spawn().expect("the binary starts");
        let mut input = child.stdin.take().expect("its input");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut asked = 0;
        while asked < 20 {
            let line = lines.next().expect("a line").expect("text");
            if line.contains("\"type\":\"card\"") {
                asked += 1;
                input
                    .write_all(b"{\"command\":\"reveal\"}\n{\"command\":\"grade\",\"grade\":3}\n")
                    .expect("it reads");
            }
        }
        std::thread::sleep(Duration::from_millis(100));
        let pid = child.id();
        println!(
            "{cards} own cards, after twenty: resident {:.1} MiB, of it own {:.1} MiB, peak {:.1} MiB",
            status(pid, "VmRSS") as f64 / 1024.0,
            status(pid, "RssAnon") as f64 / 1024.0,
            status(pid, "VmHWM") as f64 / 1024.0
        );
        drop(input);
        child.kill().expect("it can be stopped");
        child.wait().expect("it ends");
    }
}

fn idle() {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    let home = Home::new(1_000);
    let pair = native_pty_system()
        .openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 })
        .expect("a pseudo-terminal");
    let mut command = CommandBuilder::new(BINARY);
    command.arg("review");
    command.env_clear();
    for (name, value) in [("TERM", "xterm"), ("LANG", "C.UTF-8"), ("HOME", "/tmp")] {
        command.env(name, value);
    }
    command.env("RETAIN_HOME", home.path());
    let mut child = pair.slave.spawn_command(command).expect("the binary starts");
    let mut output = pair.master.try_clone_reader().expect("its output");
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while output.read(&mut buffer).is_ok_and(|read| read > 0) {}
    });
    std::thread::sleep(Duration::from_secs(1));
    let pid = child.process_id().expect("its number");
    let switches = |pid| {
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
        (status(pid, "voluntary_ctxt_switches") + status(pid, "nonvoluntary_ctxt_switches"), tasks)
    };
    let before = switches(pid);
    std::thread::sleep(Duration::from_secs(3));
    let after = switches(pid);
    println!("{} wake-ups in three seconds, {} threads", after.0 - before.0, after.1);
    let _ = child.kill();
    let _ = child.wait();
}

fn size() {
    let bytes = std::fs::metadata(BINARY).expect("the binary").len();
    println!("{:.2} MB ({bytes} bytes)", bytes as f64 / 1e6);
}
