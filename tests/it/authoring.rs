//! An author's first quarter of an hour in a real terminal: from `retain new` to the first review of the new deck.
//! `docs/authoring.md` is the record of this session; this test holds it to what happens.

use std::fmt::Write as _;

use crate::stage::Pty;
use crate::world::World;

const PAGE: &str = include_str!("../../docs/authoring.md");

/// The page as it is written.
struct Record<'a> {
    world: &'a World,
    page: String,
}

impl Record<'_> {
    fn say(&mut self, text: &str) {
        let _ = write!(self.page, "\n{text}\n");
    }

    /// Adds a screen; the folder of the test becomes the learner's.
    fn screen(&mut self, screen: &str) {
        let folder = self.world.folder().canonicalize().unwrap();
        let screen = screen
            .replace(&*folder.to_string_lossy(), "~")
            .replace(&*self.world.folder().to_string_lossy(), "~");
        let _ = write!(self.page, "\n```text\n{screen}\n```\n");
    }
}

#[test]
fn from_a_new_deck_to_its_first_review() {
    let world = World::empty();
    let mut record = Record { world: &world, page: "# Writing a deck: a session\n".to_owned() };
    record.say("Each screen below is what the program shows, 80 columns by 24 lines, without colour; a test replays the session.");

    record.say("## The deck\n\n`retain new raft-notes` asks for the front matter. Enter takes what stands there already.");
    let mut pty = Pty::start(&world, &["new", "raft-notes"], &[]);
    record.screen(&pty.wait_for("name"));
    pty.send("\r");
    pty.wait_for("the work that");
    pty.send("Ongaro & Ousterhout 2014\r");
    pty.wait_for("tags, with commas");
    pty.send("raft\r");
    record.screen(&pty.wait_for("advanced"));
    pty.send("\r");
    let (code, screen) = pty.end();
    assert_eq!(code, 0, "{screen}");
    record.screen(&screen);

    record.say(
        "## Two cards\n\n`retain add raft-notes` asks what kind of card it shall be, and then for its parts.",
    );
    let mut pty =
        Pty::start(&world, &["add", "raft-notes"], &[("EDITOR", "sed -i 's/a majority/[a majority]/'")]);
    record.screen(&pty.wait_for("write it in the editor"));
    pty.send("\r");
    pty.wait_for("question:");
    pty.send("Why does a Raft leader send heartbeats to its followers?\r");
    pty.wait_for("answer:");
    pty.send("So that none of them starts an election.\r");
    pty.wait_for("why it holds");
    pty.send("A follower that hears nothing for its timeout becomes a candidate.\r");
    record.screen(&pty.wait_for("where it is written"));
    pty.send("§5.2\r");
    record.say("The card is shown as a review will show it, and saved when you say so.");
    record.screen(&pty.wait_for("discard it"));
    pty.send("\r");
    record
        .say("The next card hides a part of a sentence. This one hides nothing yet: it cannot be saved so.");
    pty.wait_for("write it in the editor");
    pty.send("\u{1b}[B\r");
    pty.wait_for("sentence, with");
    pty.send("A candidate wins with votes from a majority of the whole cluster.\r");
    pty.wait_for("why it holds");
    pty.send("\r");
    pty.wait_for("where it is written");
    pty.send("§5.2\r");
    record.screen(&pty.wait_for("cannot be saved so"));
    record.say("The editor opens on its text; here it puts brackets around `a majority`. Then it is sound.");
    pty.send("\r");
    record.screen(&pty.wait_for("save\n"));
    pty.send("\r");
    pty.wait_for("write it in the editor");
    pty.send("\u{1b}");
    let (code, screen) = pty.end();
    assert_eq!(code, 0, "{screen}");
    record.screen(&screen);

    record.say("## The file\n\nEverything is in `decks/raft-notes.md`, yours to edit in any way.");
    let text = std::fs::read_to_string(world.deck_path("raft-notes")).unwrap();
    let _ = write!(record.page, "\n```markdown\n{text}```\n");
    assert_eq!(world.run(&["check"]).success(), "1 deck, 2 cards: no faults\n");
    record.say("`retain check` has nothing to say against it:");
    record.screen("1 deck, 2 cards: no faults");

    record.say("## The first review\n\n`retain review --deck raft-notes` takes the new cards up at once.");
    let mut pty = Pty::start(&world, &["review", "--deck", "raft-notes"], &[]);
    record.screen(&pty.wait_for("1/2"));
    pty.send(" ");
    pty.wait_for("Good");
    pty.send("3");
    pty.wait_for("2/2");
    pty.send(" ");
    record.screen(&pty.wait_for("Good"));
    pty.send("3q");
    let (code, screen) = pty.end();
    assert_eq!(code, 0, "{screen}");
    assert_eq!(world.log_len(), 2, "both answers are on disk");

    if record.page != PAGE {
        let written = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("authoring.md");
        std::fs::write(&written, &record.page).unwrap();
        panic!("docs/authoring.md shows another session; the present one is in {}", written.display());
    }
}

#[test]
fn a_preview_is_drawn_again_when_the_file_is_saved() {
    let world = World::empty();
    let path = world.folder().join("deck.md");
    std::fs::write(&path, "Q: Which port does Redis listen on by default?\nA: 6379\n").unwrap();
    let mut pty = Pty::start(&world, &["preview", "deck.md", "--watch"], &[]);
    pty.wait_for("6379");
    std::fs::write(&path, "Q: Which port does Redis listen on by default?\nA: 6379, as its manual says\n")
        .unwrap();
    pty.wait_for("as its manual says");
    std::fs::write(&path, "Q: Which port does Redis listen on by default?\n").unwrap();
    pty.wait_for("question has no answer");
    pty.send("q");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn the_home_screen_checks_and_adds() {
    let world =
        World::empty().deck("notes", "Q: Which port does Redis listen on by default?\nA: 6379\n\nQ: a\n");
    let mut pty = Pty::start(&world, &[], &[]);
    pty.wait_for("check");
    pty.send("c");
    pty.wait_for("1 deck, 1 card: 1 error");
    pty.send("q");
    pty.wait_for("quit");
    pty.send("a");
    pty.wait_for("write it in the editor");
    pty.send("\u{1b}");
    pty.wait_for("statistics");
    pty.send("q");
    assert_eq!(pty.end().0, 0);
}
