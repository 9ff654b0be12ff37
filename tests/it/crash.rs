//! What bad luck does: a killed process, a full disk, files that are not what they should be, two sessions at once.
//! Through the real binary. Not for signals at a terminal (`pty.rs`) or for migrations (`store/schema.rs`).

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::RngExt as _;
use retain::review::{LogEntry, LogEvent};
use retain::seed::Seed;
use retain::store::Integrity;
use serde_json::json;

use crate::json_client::{JsonClient, types};
use crate::world::{World, finish, plain_deck};

/// Asserts that the database is sound and every state is what its log says; returns the log.
#[track_caller]
fn sound(world: &World) -> Vec<LogEntry> {
    let mut seat = world.seat();
    let findings = seat.app.examine(false).unwrap();
    assert_eq!(findings.integrity, Integrity::Sound);
    assert_eq!(findings.differing, []);
    seat.log()
}

#[test]
fn a_session_killed_at_any_moment_keeps_every_answer_that_was_told_saved() {
    let world = World::empty().deck("d", &plain_deck("d", 400)).set(|settings| settings.new_per_day = 9_999);
    drop(world.seat());
    let mut rng = Seed(2026).rng();
    let mut rows = 0;
    for _ in 0..50 {
        let mut client = JsonClient::start(&world, &["review"]);
        let before = rng.random_range(0..4);
        for _ in 0..before {
            assert_eq!(types(&client.grade(3))[0], "saved");
        }
        let _ = client.ask(&json!({ "command": "reveal" }));
        client.send(&json!({ "command": "grade", "grade": 3 }));
        // From before the process has read the line to after it has drawn the next card.
        std::thread::sleep(Duration::from_micros(rng.random_range(0..2_500)));
        client.child.kill().unwrap();
        client.child.wait().unwrap();
        let told = before + i64::from(client.line().is_some_and(|reply| reply["type"] == "saved"));
        let now = world.log_len();
        assert!(now == rows + told || now == rows + told + 1, "{rows} rows, {told} told, {now} found");
        rows = now;
        world.pass(60_000);
    }
    assert_eq!(sound(&world).len() as i64, rows);
    assert!(rows > 50, "{rows}");
}

#[test]
fn a_first_start_killed_at_any_moment_leaves_nothing_half_indexed() {
    let world = World::with_course();
    for ms in [1, 4, 9, 20, 40, 80, 160, 320] {
        let mut child = world.start(&["review", "--json"]);
        std::thread::sleep(Duration::from_millis(ms));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let cards = |world: &World| -> i64 {
        world.sql().query_row("select count(*) from card where present = 1", [], |row| row.get(0)).unwrap()
    };
    let _ = world.run(&["deck", "list"]).success();
    let fresh = World::with_course();
    let _ = fresh.run(&["deck", "list"]).success();
    assert_eq!(cards(&world), cards(&fresh));
    assert!(world.run(&["doctor"]).success().contains("file: sound"));
}

/// Runs the binary where no file may grow beyond some blocks of 512 or 1,024 bytes, as the shell counts.
fn on_a_small_disk(world: &World, blocks: u32, args: &[&str]) -> Command {
    let mut command = Command::new("sh");
    world.furnish(&mut command);
    // The signal that comes with the limit is ignored, so that writing fails as it does on a full disk.
    command.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"")).arg("sh");
    command.arg(env!("CARGO_BIN_EXE_retain")).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn a_full_disk_ends_the_session_with_a_sentence_and_loses_nothing() {
    let world = World::empty().deck("d", &plain_deck("d", 200)).set(|settings| settings.new_per_day = 9_999);
    drop(world.seat());
    let child = on_a_small_disk(&world, 256, &["review", "--json"]).spawn().unwrap();
    let mut client = JsonClient::over(child);
    let mut told = 0;
    for _ in 0..150 {
        let _ = client.ask(&json!({ "command": "reveal" }));
        let replies = client.ask(&json!({ "command": "grade", "grade": 3 }));
        if types(&replies).first() != Some(&"saved") {
            break;
        }
        told += 1;
    }
    let output = client.child.wait_with_output().unwrap();
    let path = world.database();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!(
            "error: the disk with the database `{}` is full\ncause: disk I/O error\n\
             hint: everything graded before is saved: free some space and try again\n",
            path.display()
        )
    );
    assert_eq!(output.status.code(), Some(3));
    assert!(told > 0);
    assert_eq!(sound(&world).len(), told, "what was told saved, and no more");
    // With room again, on it goes.
    let mut client = JsonClient::start(&world, &["review"]);
    assert_eq!(types(&client.grade(3))[0], "saved");
    assert_eq!(client.close(), Some(0));
    assert_eq!(sound(&world).len(), told + 1);
}

#[test]
fn a_disk_too_small_for_the_index_is_told_and_the_next_start_works() {
    let world = World::with_course();
    let child = on_a_small_disk(&world, 700, &["review", "--json"]).spawn().unwrap();
    let outcome = finish(child, "");
    let path = world.database();
    outcome.failure(
        3,
        &format!(
            "error: the disk with the database `{}` is full\ncause: disk I/O error\n\
             hint: everything graded before is saved: free some space and try again\n",
            path.display()
        ),
    );
    let _ = world.run(&["review", "--json"]).success();
    let _ = sound(&world);
}

#[test]
fn a_file_system_without_room_is_a_full_disk_too() {
    let world = World::empty().deck("d", &plain_deck("d", 60)).set(|settings| settings.new_per_day = 9_999);
    drop(world.seat());
    let mut command = Command::new("unshare");
    world.furnish(&mut command);
    // A small file system in a namespace of our own; where that is not allowed, the test above has said it all.
    let script = r#"
        mount -t tmpfs -o size=1m tmpfs "$1" || exit 77
        cp -r "$RETAIN_HOME/." "$1" && export RETAIN_HOME="$1" || exit 78
        head -c 10m /dev/zero > "$1/filler" 2>/dev/null
        truncate -s -20k "$1/filler"
        "$2" review --plain --limit 50 < "$3"; echo "exit $?"
        rm "$1/filler"
        "$2" doctor; echo "exit $?"
        printf '\n3\nq\n' | "$2" review --plain; echo "exit $?"
    "#;
    let disk = world.folder().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let input = world.folder().join("input");
    std::fs::write(&input, "\n3\n".repeat(50)).unwrap();
    let Ok(output) = command
        .args(["-rm", "sh", "-c", script, "sh"])
        .args([&disk, Path::new(env!("CARGO_BIN_EXE_retain")), &input])
        .output()
    else {
        return;
    };
    if !matches!(output.status.code(), Some(0)) {
        return;
    }
    let said = String::from_utf8(output.stdout).unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    let exits: Vec<&str> = said.lines().filter(|line| line.starts_with("exit ")).collect();
    assert_eq!(exits, ["exit 3", "exit 0", "exit 0"], "{said}\n{complaint}");
    assert!(complaint.contains("is full\n"), "{complaint}");
    assert!(
        said.contains("file: sound") && said.contains("states: equal to the replay of the log"),
        "{said}"
    );
}

// ---- files that are not what they should be

/// Asserts that a start is refused with a sentence, and the file is as it was.
#[track_caller]
fn refused(world: &World, sentence: &str) {
    let before = std::fs::read(world.database()).unwrap();
    for command in ["review", "stats"] {
        world.run(&[command]).failure(3, &sentence.replace("{db}", world.database().to_str().unwrap()));
    }
    assert!(std::fs::read(world.database()).unwrap() == before, "the file was changed");
}

#[test]
fn a_newer_database_is_refused_and_untouched() {
    let world = World::new();
    drop(world.seat());
    world.sql().execute_batch("pragma user_version = 99; pragma wal_checkpoint(truncate)").unwrap();
    let supported = retain::store::SUPPORTED;
    refused(
        &world,
        &format!(
            "error: the database `{{db}}` has schema 99, this program knows up to {supported}\n\
             hint: nothing was changed: install the newer `retain`, or set `RETAIN_HOME` to another folder\n"
        ),
    );
}

#[test]
fn a_database_of_another_program_is_refused_and_untouched() {
    let world = World::with_course();
    world.sql().execute_batch("create table theirs (x); insert into theirs values (1)").unwrap();
    refused(
        &world,
        "error: `{db}` is a database of another program\nhint: set `RETAIN_HOME` to a folder of its own\n",
    );
}

#[test]
fn a_damaged_database_is_refused_and_a_copy_takes_its_place() {
    let world = World::empty().deck("d", &plain_deck("d", 5));
    let _ = world.feed(&["review"], "\n3\n\n3\nq\n").success();
    let said = world.run(&["backup"]).success();
    assert!(said.starts_with("copied to `"), "{said}");
    let _ = world.feed(&["review"], "\n3\nq\n").success();
    std::fs::write(world.database(), "this was a database once. ".repeat(400)).unwrap();
    refused(
        &world,
        "error: the database `{db}` is damaged\ncause: file is not a database\n\
         hint: nothing was changed: `retain restore` takes back the newest sound copy\n\
         hint: `retain doctor` says what is wrong with it\n",
    );
    let said = world.run(&["restore"]).success();
    assert!(
        said.contains("restored from `") && said.contains("what stood there before is kept as `"),
        "{said}"
    );
    assert_eq!(sound(&world).len(), 2, "what the copy had");
}

#[test]
fn a_page_that_went_bad_is_found_by_the_doctor() {
    let world = World::empty().deck("d", &plain_deck("d", 300));
    drop(world.seat());
    world.sql().execute_batch("pragma wal_checkpoint(truncate)").unwrap();
    let root: u32 = world
        .sql()
        .query_row("select rootpage from sqlite_schema where name = 'card_deck'", [], |row| row.get(0))
        .unwrap();
    let mut bytes = std::fs::read(world.database()).unwrap();
    let start = (root as usize - 1) * 4096;
    bytes[start..start + 4096].fill(0xa5);
    std::fs::write(world.database(), bytes).unwrap();
    let outcome = world.run(&["doctor"]);
    assert!(outcome.code == Some(1) || outcome.code == Some(3), "{outcome:?}");
    assert!(
        outcome.stderr.starts_with("error: the database ") && outcome.stderr.contains("damaged"),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("`retain restore`"), "{outcome:?}");
}

#[test]
fn a_database_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    drop(world.seat());
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(world.folder(), 0o755);
    mode(&world.home(), 0o555);
    mode(&world.database(), 0o444);
    // The superuser may write anything: then the command runs as nobody.
    let root = std::fs::File::options().append(true).open(world.database()).is_ok();
    let mut command = if root { Command::new("setpriv") } else { Command::new("env") };
    world.furnish(&mut command);
    if root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    let output = command.args([env!("CARGO_BIN_EXE_retain"), "review"]).stdin(Stdio::null()).output();
    mode(&world.home(), 0o755);
    let Ok(output) = output else { return };
    let complaint = String::from_utf8(output.stderr).unwrap();
    if root && complaint.contains("setpriv") || complaint.contains("Permission denied") {
        return; // the binary lies where nobody may look
    }
    let path = world.database();
    assert_eq!(
        complaint,
        format!(
            "error: the database `{}` cannot be written\ncause: attempt to write a readonly database\n\
             hint: nothing was lost: `ls -l {}` shows who may write it\n",
            path.display(),
            path.display()
        )
    );
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_database_held_by_another_program_is_waited_for_and_then_told() {
    let world = World::new();
    drop(world.seat());
    let other = world.sql();
    other.execute_batch("pragma locking_mode = exclusive; begin exclusive; delete from folder").unwrap();
    let locked = format!(
        "error: the database `{}` is locked by another program\ncause: database is locked\n\
         hint: nothing was lost: close the other program and try again; every graded card is saved\n",
        world.database().display()
    );
    world.run(&["review"]).failure(3, &locked);
    other.execute_batch("commit").unwrap();
    drop(other);
    // Held only against writing: the session starts, and ends with the first answer that cannot be saved.
    let other = world.sql();
    other.execute_batch("begin immediate; delete from folder").unwrap();
    let outcome = world.feed(&["review", "--plain"], "\n3\n");
    assert!(outcome.stdout.contains("Paris"), "{outcome:?}");
    outcome.failure(3, &locked);
    other.execute_batch("rollback").unwrap();
    assert_eq!(sound(&world), []);
}

#[test]
fn a_home_that_is_no_folder_is_told() {
    let world = World::new();
    let outcome = finish(
        world
            .command(&["stats"])
            .env("RETAIN_HOME", world.deck_path("small"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
        "",
    );
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.starts_with("error: cannot read `"), "{outcome:?}");
}

// ---- two at once

#[test]
fn two_sessions_at_once_never_grade_a_card_twice_from_the_same_state() {
    let world = World::empty().deck("d", &plain_deck("d", 24));
    let mut sessions = [JsonClient::start(&world, &["review"]), JsonClient::start(&world, &["review"])];
    assert_eq!(sessions[0].card["key"], sessions[1].card["key"], "both begin with the same card");
    let mut rng = Seed(5).rng();
    let mut skipped = 0;
    while sessions.iter().any(|session| !session.done) {
        let session = &mut sessions[rng.random_range(0..2)];
        if session.done {
            continue;
        }
        // Now and then one looks, and the other answers before it grades.
        let _ = session.ask(&json!({ "command": "reveal" }));
        if rng.random_range(0..3) == 0 {
            continue;
        }
        let replies = session.ask(&json!({ "command": "grade", "grade": 4 }));
        match types(&replies).first() {
            Some(&"saved") => {}
            Some(&"notice") => skipped += 1,
            other => panic!("{other:?}: {replies:?}"),
        }
    }
    for session in sessions {
        assert_eq!(session.close(), Some(0));
    }
    let log = sound(&world);
    assert_eq!(log.len(), 24, "each card once");
    let cards: std::collections::HashSet<_> = log.iter().map(|entry| entry.card).collect();
    assert_eq!(cards.len(), 24);
    assert!(log.iter().all(|entry| matches!(entry.event, LogEvent::Answer(_))));
    assert!(skipped > 0, "they did meet");
}

#[test]
fn two_sessions_at_once_take_back_what_is_theirs() {
    let world = World::empty().deck("d", &plain_deck("d", 6));
    let mut one = JsonClient::start(&world, &["review"]);
    let mut two = JsonClient::start(&world, &["review"]);
    let _ = one.grade(3);
    let _ = two.grade(3);
    let _ = two.grade(3);
    let replies = one.ask(&json!({ "command": "undo" }));
    assert_eq!(replies[0]["event"], "retract");
    let _ = one.grade(2);
    assert_eq!((one.close(), two.close()), (Some(0), Some(0)));
    let log = sound(&world);
    assert_eq!(log.iter().filter(|entry| matches!(entry.event, LogEvent::Retract(_))).count(), 1);
}

#[test]
fn a_clock_set_back_is_noticed_at_home_and_nothing_is_due_twice() {
    let world = World::empty().deck("d", &plain_deck("d", 2));
    let _ = world.feed(&["review"], "\n3\n\n4\n").success();
    world.pass_days(-2);
    let home = world.run(&[]).success();
    assert!(home.contains("the clock stands before your last review"), "{home}");
    assert_eq!(world.feed(&["review"], "\n3\n").success().lines().nth(1), Some("nothing is due now"));
    assert_eq!(sound(&world).len(), 2);
}

#[test]
fn two_first_starts_at_once_make_one_database() {
    for _ in 0..8 {
        let world = World::with_course();
        let children: Vec<_> = (0..3).map(|_| world.start(&["review", "--json"])).collect();
        for child in children {
            let said = finish(child, "").success();
            assert!(said.contains("\"type\":\"card\""), "{said}");
        }
        assert_eq!(sound(&world), []);
    }
}
