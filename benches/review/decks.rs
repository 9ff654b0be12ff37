//! Figures of decks: indexing, checking, and the same files under hashcards.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::{Home, PER_FILE, Times, deck, first_card, now, status, write_decks};

pub fn index() {
    let home = Home::unindexed(100_000);
    // The course first, alone, so that the figure is of the 100,000.
    let decks = home.path().join("decks");
    let aside = home.path().join("aside");
    std::fs::rename(&decks, &aside).expect("aside");
    let began = now();
    home.app("sm2").refresh(&[]).expect("the course");
    println!("the course from nothing: {:.0} ms", began.elapsed().as_secs_f64() * 1e3);
    std::fs::rename(&aside, &decks).expect("back");
    let mut app = home.app("sm2");
    let before = processor_seconds(std::process::id());
    let began = now();
    let indexed = app.refresh(&[]).expect("the decks");
    let spent = processor_seconds(std::process::id()) - before;
    println!(
        "{} cards from Markdown: {:.0} ms, {:.0} ms of processor time",
        indexed.cards,
        began.elapsed().as_secs_f64() * 1e3,
        spent * 1e3
    );
    println!("peak memory: {} MiB", status(std::process::id(), "VmHWM") / 1024);
    println!(
        "nothing changed: {}",
        Times::of(20, || {
            let began = now();
            let indexed = app.refresh(&[]).expect("the decks");
            assert_eq!(indexed.read, 0);
            began.elapsed()
        })
    );
    let mut round = 0;
    println!(
        "one file of {PER_FILE} cards changed, one card in it: {}",
        Times::of(20, || {
            round += 1;
            let text =
                deck(7, PER_FILE, "").replacen("subject 7 promise", &format!("subject 7 promise {round}"), 1);
            std::fs::write(decks.join("deck-00007.md"), text).expect("an edit");
            let began = now();
            let indexed = app.refresh(&[]).expect("the decks");
            assert_eq!(indexed.read, 1);
            began.elapsed()
        })
    );
}

// ---- checking

/// Cards without a fault whose words are as unequal as those of a language: the most frequent word stands everywhere,
/// most words nearly nowhere.
fn varied(file: usize, cards: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "ta", "ro", "mi", "ken", "sul", "dor", "pha", "li", "quo", "ver", "nan", "tes", "bo", "gri", "lan",
        "mo", "sta", "ple", "cor", "in",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(file as u64 + 1);
    let mut chance = move || {
        // xorshift64 (Marsaglia 2003): any numbers will do, as long as they are the same in each run.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut word = || {
        // The logarithm of a rank is uniform: Zipf's law over 20,000 words.
        let share = (chance() >> 11) as f64 / (1_u64 << 53) as f64;
        let mut rank = 20_000_f64.powf(share) as usize;
        let mut word = String::new();
        for _ in 0..4 {
            word.push_str(SYLLABLES[rank % 20]);
            rank /= 20;
            if rank == 0 {
                break;
            }
        }
        word
    };
    let mut words = |count: usize| (0..count).map(|_| word()).collect::<Vec<_>>().join(" ");
    let starts = ["What", "Why", "How", "When", "Which"];
    let mut text = format!("---\nname = \"Deck {file}\"\n---\n\n");
    for n in 0..cards {
        let (start, question, answer) = (starts[n % 5], words(11), words(9));
        text.push_str(&format!("Q: {start} does {question}?\nA: So {answer}.\nTags: t{}\n", n % 7));
        if n % 2 == 0 {
            text.push_str(&format!("<!-- id: s{file}-{n} -->\n"));
        }
        text.push('\n');
    }
    text
}

/// Runs `retain check` over a folder: how long it took, its processor time in seconds, its peak of memory in MiB, and its last line.
fn checked(folder: &Path) -> (Duration, f64, u64, String) {
    let home = Home::unindexed(0);
    let began = now();
    let mut child = home.command(&["check"]).arg(folder).spawn().expect("the binary starts");
    let mut text = Vec::new();
    let mut output = child.stdout.take().expect("its output");
    let mut buffer = vec![0; 1 << 16];
    let (mut peak, mut spent) = (0, 0.0);
    loop {
        let read = output.read(&mut buffer).expect("its output");
        if read == 0 {
            break;
        }
        peak = peak.max(status(child.id(), "VmHWM"));
        spent = processor_seconds(child.id()).max(spent);
        text = buffer[..read].to_vec();
    }
    let took = began.elapsed();
    child.wait().expect("it ends");
    let text = String::from_utf8_lossy(&text).into_owned();
    (took, spent, peak / 1024, text.lines().last().unwrap_or_default().to_owned())
}

/// The processor time of a process so far, all its threads together, in seconds; 0 where that cannot be told.
fn processor_seconds(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // After the name, which is in parentheses: state is the first, user and system time are the 12th and 13th, in ticks
    // of a hundredth of a second (proc(5)).
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    fields.iter().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

pub fn check() {
    type Deck = fn(usize, usize) -> String;
    let shapes: [(&str, Deck); 2] =
        [("varied", varied), ("each like the others", |file, cards| deck(file, cards, ""))];
    for (name, text) in shapes {
        for cards in [10_000, 100_000] {
            let folder = tempfile::tempdir().expect("a folder");
            write_decks(folder.path(), cards, text);
            let (took, spent, peak, last) = checked(folder.path());
            println!(
                "{cards} cards, {name}: {:.2} s, {spent:.2} s of processor time, peak {peak} MiB: {last}",
                took.as_secs_f64()
            );
        }
    }
}

// ---- hashcards

/// Where hashcards is; nothing when it is not installed.
fn hashcards() -> Option<(PathBuf, String)> {
    let named = std::env::var_os("HASHCARDS").map(PathBuf::from);
    let path = named.unwrap_or_else(|| "hashcards".into());
    let output = Command::new(&path).arg("--version").output().ok()?;
    Some((path, String::from_utf8_lossy(&output.stdout).trim().to_owned()))
}

/// From starting hashcards on a folder to its page with the first card.
fn first_page(program: &Path, folder: &Path) -> Duration {
    const PORT: u16 = 18_473;
    let began = now();
    let mut child = Command::new(program)
        .args(["drill", "--open-browser", "false", "--port"])
        .arg(PORT.to_string())
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("hashcards starts");
    let took = wait_for_page(PORT, began, &mut child);
    child.kill().expect("it can be stopped");
    child.wait().expect("it ends");
    took
}

fn wait_for_page(port: u16, began: Instant, child: &mut Child) -> Duration {
    loop {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
            let asked = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let mut page = String::new();
            if asked.and_then(|()| stream.read_to_string(&mut page)).is_ok()
                && page.starts_with("HTTP/1.1 200")
            {
                return began.elapsed();
            }
        }
        assert!(child.try_wait().expect("its state").is_none(), "hashcards ended by itself");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The same files under both programs, each as a process: nothing known, nothing changed, one file changed.
pub fn rivals(cards: usize) {
    let Some((program, version)) = hashcards() else {
        println!("hashcards is not installed: it is looked for on the `PATH` and in `HASHCARDS`");
        return;
    };
    let home = Home::unindexed(cards);
    let folder = tempfile::tempdir().expect("a folder");
    write_decks(folder.path(), cards, |file, cards| deck(file, cards, ""));
    let edit = |round: usize| {
        let text =
            deck(7, PER_FILE, "").replacen("subject 7 promise", &format!("subject 7 promise {round}"), 1);
        for decks in [home.path().join("decks"), folder.path().to_owned()] {
            std::fs::write(decks.join("deck-00007.md"), &text).expect("an edit");
        }
    };
    let (ours, theirs) = (first_card(&home), first_page(&program, folder.path()));
    told(cards, &version, "first start", &Times::from(vec![ours]), &Times::from(vec![theirs]));
    let rounds = if cards > 10_000 { 3 } else { 5 };
    let unchanged = |time: &dyn Fn() -> Duration| Times::of(rounds, time);
    let (ours, theirs) =
        (unchanged(&|| first_card(&home)), unchanged(&|| first_page(&program, folder.path())));
    told(cards, &version, "nothing changed", &ours, &theirs);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        edit(round);
        ours.push(first_card(&home));
        theirs.push(first_page(&program, folder.path()));
    }
    told(cards, &version, "one file changed", &Times::from(ours), &Times::from(theirs));
}

fn told(cards: usize, version: &str, what: &str, ours: &Times, theirs: &Times) {
    println!("{cards} cards, {what}: retain  {ours}");
    println!("{cards} cards, {what}: {version}  {theirs}");
    println!("{cards} cards, {what}: {:.0} x by the least", theirs.at(0.0) / ours.at(0.0));
}
