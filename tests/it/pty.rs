//! A few sessions at a real pseudo-terminal: keys and screen, Ctrl-C wherever it comes, new sizes, signals, and the
//! terminal given back as it was. Everything else about the loop is tested faster in `review.rs`.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::termios::Termios;

use crate::world::{World, plain_deck};

/// A binary at a pseudo-terminal, and what stands on the screen.
struct Session {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn std::io::Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// Everything the program sent.
    sent: Arc<Mutex<Vec<u8>>>,
    /// The mode of the terminal before the program was started.
    before: Mode,
    /// Kept open, so that the terminal outlives the program and can be looked at.
    slave: std::fs::File,
}

/// A terminal's mode, as far as a program changes it.
#[derive(Debug, PartialEq)]
struct Mode(String);

impl Mode {
    fn of(terminal: &std::fs::File) -> Self {
        let mode: Termios = rustix::termios::tcgetattr(terminal).unwrap();
        Self(format!(
            "{:?} {:?} {:?} {:?} {:?}",
            mode.input_modes, mode.output_modes, mode.control_modes, mode.local_modes, mode.special_codes
        ))
    }
}

impl Session {
    fn start(world: &World, args: &[&str]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let name = pair.master.tty_name().unwrap();
        let slave = std::fs::File::options().read(true).write(true).open(name).unwrap();
        let before = Mode::of(&slave);
        // The world's own environment, with a terminal that can do what terminals do.
        let furnished = world.command(args);
        let mut command = CommandBuilder::new(furnished.get_program());
        command.args(furnished.get_args());
        command.env_clear();
        for (name, value) in furnished.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command.env("TERM", "xterm-256color");
        command.env_remove("COLUMNS");
        command.cwd(world.folder());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(24, 80, 0)));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let mut output = pair.master.try_clone_reader().unwrap();
        let (to_screen, to_sent) = (Arc::clone(&screen), Arc::clone(&sent));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read) = output.read(&mut buffer) {
                if read == 0 {
                    break;
                }
                to_screen.lock().unwrap().process(&buffer[..read]);
                to_sent.lock().unwrap().extend_from_slice(&buffer[..read]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { master: pair.master, child, keys, screen, sent, before, slave }
    }

    fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Waits until the screen holds a text.
    #[track_caller]
    fn see(&self, wanted: &str) {
        self.until(wanted, |session| session.text().contains(wanted));
    }

    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let start = now();
        while !holds(self) {
            assert!(start.elapsed() < Duration::from_secs(20), "never: {what}\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits for the end, and asserts that the terminal is as it was; returns the exit code.
    #[track_caller]
    fn end(mut self) -> u32 {
        let start = now();
        let code = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status.exit_code(),
                None if start.elapsed() > Duration::from_secs(20) => {
                    let _ = self.child.kill();
                    panic!("it did not end\n{}", self.text());
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        assert_eq!(Mode::of(&self.slave), self.before, "the mode of the terminal");
        self.until("the screen given back", |session| {
            let parser = session.screen.lock().unwrap();
            !parser.screen().alternate_screen() && !parser.screen().hide_cursor()
        });
        let sent = String::from_utf8_lossy(&self.sent.lock().unwrap()).into_owned();
        assert!(
            sent.contains("\u{1b}[?7h") && sent.contains("\u{1b}[?2004l"),
            "wrapping and pastes as before"
        );
        code
    }
}

#[expect(clippy::disallowed_methods, reason = "a real terminal takes real time")]
fn now() -> Instant {
    Instant::now()
}

fn world() -> World {
    World::empty().deck("d", &plain_deck("d", 5))
}

#[test]
fn a_session_is_held_at_a_terminal_and_leads_home() {
    let world = world();
    let mut session = Session::start(&world, &[]);
    session.see("24 November 2026");
    session.press("\n");
    session.see("What is number 0 of d?");
    assert_ne!(Mode::of(&session.slave), session.before, "keys come one by one");
    session.press(" ");
    session.see("answer 0");
    session.see("3 Good 1d");
    session.press("3");
    session.see("What is number 1 of d?");
    // Typed ahead: nothing is lost, and nothing is echoed.
    session.press(" 3 3 3 4");
    session.see("5, 5 new");
    session.press("\n");
    session.see("24 November 2026");
    session.press("q");
    assert_eq!(session.end(), 0);
    assert_eq!(world.log_len(), 5);
}

#[test]
fn a_new_size_is_drawn_at_once() {
    let world = world();
    let mut session = Session::start(&world, &["review"]);
    session.see("What is number 0 of d?");
    for (rows, cols) in [(12, 40), (40, 120), (6, 30)] {
        session.sent.lock().unwrap().clear();
        session.screen.lock().unwrap().screen_mut().set_size(rows, cols);
        session.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        session.until("a new frame", |session| !session.sent.lock().unwrap().is_empty());
        session.see("What is number 0");
    }
    session.press("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn ctrl_c_leaves_at_a_question_in_an_entry_and_between_keys_and_keeps_what_was_graded() {
    // At a question.
    let world = world();
    let mut session = Session::start(&world, &["review"]);
    session.see("What is number 0 of d?");
    session.press(" 3");
    session.see("What is number 1 of d?");
    session.press("\u{3}");
    assert_eq!(session.end(), 130);
    assert_eq!(world.log_len(), 1);
    // While a note is typed.
    let mut session = Session::start(&world, &["review"]);
    session.see("What is number 1 of d?");
    session.press("fhalf a no");
    session.see("half a no");
    session.press("\u{3}");
    assert_eq!(session.end(), 130);
    assert_eq!(world.log_len(), 1, "no half a note");
    // Typed ahead with other keys, so that it arrives between two of them, and as a signal from outside.
    let mut session = Session::start(&world, &["review"]);
    session.see("What is number 1 of d?");
    session.press(" 3 \u{3}3 3");
    assert_eq!(session.end(), 130);
    assert_eq!(world.log_len(), 2);
    let session = Session::start(&world, &["review"]);
    session.see("What is number 2 of d?");
    session.signal("-INT");
    assert_eq!(session.end(), 130);
}

#[test]
fn signals_that_end_give_the_terminal_back() {
    for signal in ["-TERM", "-HUP"] {
        let world = world();
        let mut session = Session::start(&world, &["review"]);
        session.see("What is number 0 of d?");
        session.press(" 3");
        session.see("What is number 1 of d?");
        session.signal(signal);
        assert_eq!(session.end(), 130, "{signal}");
        assert_eq!(world.log_len(), 1);
    }
}

#[test]
fn an_editor_gets_the_terminal_and_gives_it_back() {
    let world = world();
    let editor = world.folder().join("editor");
    std::fs::write(
        &editor,
        "#!/bin/sh\nstty -a > stty.txt\nsed -i 's/number 0 of d/number nought of d/' \"$1\"\n",
    )
    .unwrap();
    std::process::Command::new("chmod").arg("+x").arg(&editor).status().unwrap();
    let settings = std::fs::read_to_string(world.home().join("config.toml")).unwrap();
    std::fs::write(
        world.home().join("config.toml"),
        format!("editor = {:?}\n{settings}", editor.to_str().unwrap()),
    )
    .unwrap();
    let mut session = Session::start(&world, &["review"]);
    session.see("What is number 0 of d?");
    session.press("e");
    session.see("What is number nought of d?");
    let mode = std::fs::read_to_string(world.folder().join("stty.txt")).unwrap();
    assert!(
        ["icanon", "echo", "isig"].iter().all(|word| mode.split_whitespace().any(|found| found == *word)),
        "{mode}"
    );
    session.press("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn a_whole_exam_at_a_terminal_with_a_break_in_the_middle() {
    let cards = ["a", "one", "any"].map(|which| {
        format!("Q: How many days has {which} week?\nNumber: 7\nWhy: so it is\n<!-- id: {which} -->\n\n")
    });
    let world = World::empty().deck("d", &cards.concat());
    let exam = ["exam", "--deck", "d", "--fixed", "3", "--pass", "60"];
    let mut session = Session::start(&world, &exam);
    session.see("1/3");
    session.see("3 items, 2 needed to pass");
    session.see("How many days has");
    session.press("7\r");
    session.see("how sure are you?");
    session.press("3");
    session.see("2/3");
    // Away, with an answer half typed: the line is lost, the place is not.
    session.press("8\u{3}");
    assert_eq!(session.end(), 130);
    world.pass(1_000);
    let mut session = Session::start(&world, &exam);
    session.see("2/3");
    session.press("8\r1");
    session.see("3/3");
    session.press("\r");
    session.see("no answer counts as wrong");
    session.press("d");
    session.see("not passed");
    session.see("1 of 3 right");
    session.press("i");
    session.see("so it is");
    session.press("q");
    assert_eq!(session.end(), 0);
    let listed = world.run(&["exams"]).success();
    assert!(listed.contains("not passed, 1 of 3 (33%)"), "{listed}");
}

#[test]
fn a_terminal_that_goes_away_loses_nothing() {
    let world = world();
    let mut session = Session::start(&world, &["review"]);
    session.see("What is number 0 of d?");
    session.press(" 3");
    session.see("What is number 1 of d?");
    let Session { master, mut child, keys, slave, .. } = session;
    drop((keys, slave, master));
    let start = now();
    // The reader's copy of the terminal may keep it alive; then a hang-up is sent by hand, as the system would.
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_millis(500) {
            let pid = child.process_id().unwrap().to_string();
            let _ = std::process::Command::new("kill").args(["-HUP", &pid]).status();
        }
        assert!(start.elapsed() < Duration::from_secs(20), "it did not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(world.log_len(), 1);
    world.seat().assert_states_are_replays();
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how a test tells itself apart from its child")]
fn a_panic_gives_the_terminal_back_before_its_message() {
    // The program has no way to panic on purpose, so this test runs itself at a terminal and panics there.
    if std::env::var_os("RETAIN_TEST_PANIC").is_some() {
        let look = retain::term::Look { colour: false, ascii: false };
        let _tty = retain::term::Tty::open(look).unwrap();
        panic!("on purpose");
    }
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let slave =
        std::fs::File::options().read(true).write(true).open(pair.master.tty_name().unwrap()).unwrap();
    let before = Mode::of(&slave);
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "pty::a_panic_gives_the_terminal_back_before_its_message", "--nocapture"]);
    command.env("RETAIN_TEST_PANIC", "1");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader().unwrap();
    let reader = std::thread::spawn(move || {
        let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
        while let Ok(read @ 1..) = output.read(&mut buffer) {
            all.extend_from_slice(&buffer[..read]);
        }
        String::from_utf8_lossy(&all).into_owned()
    });
    assert!(!child.wait().unwrap().success());
    assert_eq!(Mode::of(&slave), before);
    drop((slave, pair.master));
    let sent = reader.join().unwrap();
    let left = sent.find("\u{1b}[?1049l").expect("the screen was given back");
    let said = sent.find("on purpose").expect("the message");
    assert!(left < said, "or the message would vanish with our screen: {sent:?}");
}

#[test]
fn a_whole_exam_of_the_course_at_a_terminal_of_forty_columns_from_the_home_screen_to_its_result() {
    let world = World::with_course();
    let mut session = Session::start(&world, &[]);
    session.see("24 November 2026");
    session.screen.lock().unwrap().screen_mut().set_size(24, 40);
    session.master.resize(PtySize { rows: 24, cols: 40, pixel_width: 0, pixel_height: 0 }).unwrap();
    session.until("a narrow home", |session| session.text().contains("c check   q quit"));
    session.press("x");
    for number in 1..=20 {
        let length = if number < 20 { format!("{number}/20–60") } else { "20/60".to_owned() };
        session.see(&length);
        // Whatever is asked, the same keys answer it without knowing it: the first option, the order as it stands, nothing typed.
        session.press("\r");
        session.until("something said", |session| {
            let text = session.text();
            ["no answer counts", "choose one", "mark at least", "how sure"]
                .iter()
                .any(|said| text.contains(said))
        });
        let text = session.text();
        if text.contains("no answer counts") {
            session.press("d");
            continue;
        }
        if !text.contains("how sure") {
            session.press("1\r");
            session.see("how sure");
        }
        session.press("1");
    }
    session.see("not passed");
    session.see("of 20 right");
    session.press("i");
    session.see("item 1 ·");
    session.press("i\n");
    session.see("exam not passed");
    session.press("q");
    assert_eq!(session.end(), 0);
    let listed = world.run(&["exams"]).success();
    assert!(listed.contains("Beginner exam  not passed"), "{listed}");
    world.seat().assert_states_are_replays();
}
