//! The authoring commands, through the real binary: their usual output, and what they say when something is wrong.
//! Not for single faults (`deck/tests.rs`), rules (`deck/lint/tests.rs`) or identity (`identity.rs`).

use crate::world::{SMALL, World};

/// A deck that passes the linter, with one card of its own.
const SOUND: &str = "\
---
name = \"Notes\"
---

Q: Why does a Raft leader send heartbeats to its followers?
A: So that none of them starts an election.
<!-- id: heartbeats -->
";

/// Shows paths without the folder of the test.
fn shown(world: &World, text: &str) -> String {
    let folder = world.folder().canonicalize().unwrap();
    text.replace(&format!("{}/", folder.display()), "").replace(&format!("{}/", world.folder().display()), "")
}

fn lines(world: &World, args: &[&str]) -> Vec<String> {
    shown(world, &world.run(args).success()).lines().map(str::to_owned).collect()
}

#[test]
fn a_sound_deck_is_said_to_be_so() {
    let world = World::empty().deck("notes", SOUND);
    assert_eq!(world.run(&["check"]).success(), "1 deck, 1 card: no faults\n");
    assert_eq!(world.run(&["check", "--deny", "warnings"]).success(), "1 deck, 1 card: no faults\n");
}

#[test]
fn all_faults_come_in_one_run_with_carets_and_an_exit_code() {
    let text = format!(
        "{SOUND}\nQ: What is missing in this card, and why?\n\nProblem: raft.comit-index\n\n---\nA: stray\n"
    );
    let world = World::empty().deck("notes", &text);
    let outcome = world.run(&["check"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    assert_eq!(
        shown(&world, &outcome.stdout),
        "\
error[missing-answer]: question has no answer before the next `Problem:`
  --> home/decks/notes.md:9:1
   |
 9 | Q: What is missing in this card, and why?
   | ^^ this question
10 |
11 | Problem: raft.comit-index
   | -------- expected a line that starts with `A:` before this
   |
   = help: add a line `A: …`, or `Type:`, `Number:` or `Order:`

error[unknown-family]: no problem family is named `raft.comit-index`
  --> home/decks/notes.md:11:10
   |
11 | Problem: raft.comit-index
   |          ^^^^^^^^^^^^^^^^
   |
   = help: did you mean `raft.commit-index`?

error[stray-answer]: `A:` answers no question
  --> home/decks/notes.md:14:1
   |
14 | A: stray
   | ^^ no `Q:` above
   |
   = help: write the question above it as `Q: …`; if `---` stands between the two, take it out

1 deck, 1 card: 3 errors
"
    );
}

#[test]
fn warnings_fail_only_when_they_are_denied_and_remarks_are_shown_when_asked_for() {
    let text = SOUND.replace("name =", "nam =") + "<!-- lint: allow L2 it is quoted -->\n";
    let world = World::empty().deck("notes", &text);
    let said = world.run(&["check"]).success();
    assert!(said.contains("warning[front-matter-key]"), "{said}");
    assert!(!said.contains("unused-allow"), "{said}");
    assert!(said.ends_with("1 deck, 1 card: 1 warning, 1 remark (`--verbose` shows them)\n"), "{said}");
    let denied = world.run(&["check", "--deny", "warnings", "--verbose"]);
    assert_eq!(denied.code, Some(1));
    assert!(denied.stdout.contains("info[unused-allow]"), "{}", denied.stdout);
}

#[test]
fn the_same_as_data_and_as_annotations() {
    let world = World::empty().deck("notes", "Q: What is missing in this card, and why?\n");
    let data = world.run(&["check", "--format", "json"]);
    assert_eq!(data.code, Some(1));
    let values: Vec<serde_json::Value> =
        data.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(values.len(), 2);
    assert_eq!((&values[0]["code"], &values[0]["at"]["line"]), (&"missing-answer".into(), &1.into()));
    assert_eq!(
        values[1],
        serde_json::json!({"summary": {"decks": 1, "cards": 0, "errors": 1, "warnings": 0, "remarks": 0}})
    );
    let annotated = world.run(&["check", "--format", "github"]);
    assert!(
        shown(&world, &annotated.stdout).starts_with(
            "::error file=home/decks/notes.md,line=1,col=1,endLine=1,endColumn=3,title=missing-answer::question has no answer"
        ),
        "{}",
        annotated.stdout
    );
}

#[test]
fn the_page_on_the_data_says_what_is_said() {
    const PAGE: &str = include_str!("../../docs/check-format.md");
    let world = World::empty();
    let text = "---\nname = \"x\"\n---\n\nnotes\n\nQ: a\n";
    std::fs::write(world.folder().join("raft.md"), text).unwrap();
    let data = world.run(&["check", "raft.md", "--format", "json"]);
    let first = data.stdout.lines().next().unwrap();
    assert!(PAGE.contains(first), "the page has not:\n{first}");
    let annotated = world.run(&["check", "raft.md", "--format", "github"]);
    let first = annotated.stdout.lines().next().unwrap();
    assert!(PAGE.contains(first), "the page has not:\n{first}");
}

#[test]
fn changes_are_listed_before_they_are_taken_over() {
    let world =
        World::empty().deck("notes", SOUND).deck("other", "Q: Which port does Redis listen on?\nA: 6379\n");
    world.run(&["list"]).success();
    world.write_deck("notes", &SOUND.replace("So that none", "Lest any").replace("Why does a", "Why must a"));
    world.write_deck("new", "Q: What does an elevator do at a floor?\nA: it stops\n");
    std::fs::remove_file(world.deck_path("other")).unwrap();
    let status = lines(&world, &["status"]);
    assert_eq!(
        status,
        [
            "not taken over yet:",
            "  edited    home/decks/notes.md: Why does a Raft leader send heartbeats to its followers? → Why must a Raft leader send heartbeats to its followers?",
            "  gone      home/decks/other.md: Which port does Redis listen on?",
            "  new       home/decks/new.md: 1 card",
        ]
    );
    let said = shown(&world, &world.run(&["check"]).success());
    assert!(
        said.contains("since the last load, not taken over yet:\n  edited    home/decks/notes.md"),
        "{said}"
    );
    let data = world.run(&["check", "--format", "json"]).success();
    assert_eq!(data.matches("\"change\":").count(), 3, "{data}");
    let object: serde_json::Value =
        serde_json::from_str(&world.run(&["status", "--json"]).success()).unwrap();
    assert_eq!(object["changes"].as_array().unwrap().len(), 3);
    world.run(&["list"]).success();
    assert_eq!(lines(&world, &["status"]), ["nothing changed since the last load"]);
}

#[test]
fn status_names_faulty_and_unregistered_decks() {
    let world = World::empty().deck("notes", &format!("{SOUND}\nQ: a\n"));
    std::fs::write(world.folder().join("loose.md"), "Q: Which port does Redis listen on?\nA: 6379\n")
        .unwrap();
    let _ = world.feed(&["review", "loose.md"], "");
    assert_eq!(
        lines(&world, &["status"]),
        [
            "nothing changed since the last load",
            "",
            "with faults, so that cards are left out (`retain check` says why):",
            "  home/decks/notes.md: 1 error",
            "",
            "known, but in no folder of yours (`retain deck add PATH` registers one):",
            "  loose.md",
        ]
    );
}

#[test]
fn mechanical_repairs_are_made_and_all_else_is_kept() {
    let text = "---\r\nnam = \"Notes\"\r\n---\r\n\r\nkept  \r\n\r\nQ: Which port does Redis listen on?\r\nA: 6379\r\nSources: its manual\r\n";
    let world = World::empty().deck("notes", text);
    let said = shown(&world, &world.run(&["check", "--fix"]).success());
    assert_eq!(said, "home/decks/notes.md: 2 repairs made\n1 deck, 1 card: no faults\n");
    let fixed = std::fs::read_to_string(world.deck_path("notes")).unwrap();
    assert_eq!(fixed, text.replace("nam =", "name =").replace("Sources", "Source"));
}

#[test]
fn what_differs_in_other_tools_is_named_and_read_as_they_do() {
    let world = World::empty().deck("notes", SOUND);
    let said = world.run(&["check", "--portable"]).success();
    assert!(
        said.contains("warning[not-in-hashcards]") && said.contains("warning[not-in-repeater]"),
        "{said}"
    );
    world.write_deck("words", "Which port does Redis use::6379\n");
    let theirs = world.run(&["check", "--compat", "repeater"]).success();
    assert!(theirs.ends_with("2 decks, 2 cards: no faults\n"), "{theirs}");
    let refused = world.run(&["check", "--compat", "hashcards"]);
    assert!(refused.stdout.contains("error[hashcards-refuses]"), "{}", refused.stdout);
}

#[test]
fn rules_and_codes_are_explained() {
    let world = World::empty();
    assert_eq!(
        world.run(&["check", "--explain", "missing-answer"]).success(),
        "missing-answer\n  when    a question has no answer\n  repair  add a line `A: …`, or `Type:`, `Number:` or `Order:`\n  --fix   writes `A:` in place of `a:`, `Answer:` or an indented `A:`, where no list of options\n          follows\n"
    );
    assert!(
        world
            .run(&["check", "--explain", "d2"])
            .success()
            .starts_with("D2: look-alikes (error or warning)\n")
    );
    world
        .run(&["check", "--explain", "missing-answr"])
        .failure(2, "error: there is no rule `missing-answr`\nhint: did you mean `missing-answer`\n");
}

/// Every code that the parser, the comparison and the linter can give has its explanation.
#[test]
fn every_code_in_the_source_is_explained() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/deck");
    let mut folders = vec![root];
    let mut codes = std::collections::BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" && name != "codes.rs" {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
                for opening in ["Diagnostic::new(", "error(", "warning(", "fault("] {
                    for rest in text.split(opening).skip(1) {
                        let Some(quoted) = rest.trim_start().strip_prefix('"') else { continue };
                        codes.insert(quoted.split('"').next().unwrap().to_owned());
                    }
                }
            }
        }
    }
    assert!(codes.len() > 60, "{codes:?}");
    for code in codes {
        let known =
            retain::deck::lint::rule(&code).is_some() || retain::deck::codes::explain(&code).is_some();
        assert!(known, "`{code}` is not explained");
    }
}

#[test]
fn cards_are_listed_and_found_by_what_they_are_and_say() {
    let world = World::new().deck("notes", SOUND);
    assert_eq!(
        world.run(&["list", "deck:notes"]).success(),
        "Notes\n  heartbeats  Why does a Raft leader send heartbeats to its followers?       new\n1 card\n"
    );
    let keys = |args: &[&str]| -> Vec<String> {
        let said = world.run(args);
        let values: Vec<serde_json::Value> = serde_json::from_str(&said.stdout).unwrap();
        values.iter().map(|value| value["card"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(&["list", "tag:tiny", "-even", "--json", "level:beginner", "days"]), ["week"]);
    assert_eq!(keys(&["list", "--json", "concept:heartbeats"]), ["heartbeats"]);
    assert_eq!(keys(&["list", "is:new", "-deck:small", "--json"]), ["heartbeats"]);
    assert_eq!(keys(&["search", "RUNS   through", "--json"]), ["paris"]);
    assert_eq!(keys(&["search", "\"a river runs\"", "--json"]), ["paris"]);
    assert_eq!(
        world.run(&["search", "odd.", "-tag:none"]).success(),
        "Small\n  even  Which of these is even?                                              new\n      It is odd.\n1 card\n"
    );
    let mut seat = world.seat();
    let _ = seat.review_of(&["paris", "week"], "\n1f\nq");
    assert_eq!(keys(&["list", "is:flagged", "--json"]), Vec::<String>::new());
    assert_eq!(keys(&["list", "-is:new", "--json"]), ["paris"]);
}

#[test]
fn what_does_not_exist_is_asked_for_with_a_suggestion() {
    let world = World::new();
    world
        .run(&["list", "is:suspendd"])
        .failure(2, "error: there is no filter `is:suspendd`\nhint: did you mean `is:suspended`\n");
    world
        .run(&["list", "is:asleep"])
        .failure(2, "error: there is no filter `is:asleep`\nhint: `retain list --help` tells the filters\n");
    world.run(&["list", "level:low"]).failure(
        2,
        "error: there is no level `low`\nhint: levels are `beginner`, `intermediate`, `advanced`\n",
    );
    world
        .run(&["list", "-dek:small", "river-in-none"])
        .failure(1, "error: no card fits\nhint: did you mean `-deck:small`\n");
    world
        .run(&["list", "deck:smal"])
        .failure(2, "error: there is no deck `smal`\nhint: did you mean `small`\n");
    world
        .run(&["search", "unheard-of"])
        .failure(1, "error: no card fits\nhint: `retain list --help` tells the filters\n");
    let empty = world.run(&["search", "unheard-of", "--json"]);
    assert_eq!((empty.code, empty.stdout.as_str()), (Some(1), "[]\n"));
    world.run(&["list", "--jsn"]).failure(
        2,
        "error: there is no option `--jsn`\nhint: `retain list --help` tells options and filters\n",
    );
}

#[test]
fn a_card_is_shown_with_question_answer_and_state() {
    let world = World::new();
    let said = shown(&world, &world.run(&["show", "even"]).success());
    assert!(said.starts_with("even · choice · Small · beginner\n\n  Which of these is even?\n"), "{said}");
    assert!(said.contains("╌╌╌╌"), "{said}");
    assert!(said.contains("It is odd."), "{said}");
    assert!(said.ends_with("new · 0 reviews\nhome/decks/small.md:15\n"), "{said}");
    let data: serde_json::Value =
        serde_json::from_str(&world.run(&["show", "week", "--json"]).success()).unwrap();
    assert_eq!((&data["answer"], &data["kind"]), (&"7".into(), &"number".into()));
    world.run(&["show", "wek"]).failure(2, "error: there is no card `wek`\nhint: did you mean `week`\n");
    std::fs::remove_file(world.deck_path("small")).unwrap();
    let gone = world.run(&["show", "week"]);
    assert_eq!(gone.code, Some(1));
    assert!(gone.stderr.contains("hint: `retain history "), "{}", gone.stderr);
}

#[test]
fn a_deck_is_begun_and_cards_are_added_in_a_few_lines() {
    let world = World::empty();
    let said = shown(&world, &world.feed(&["new", "Raft log"], "\nOngaro 2014\nraft, log\n1\n").success());
    assert!(
        said.contains("began `home/decks/raft-log.md`\n`retain add raft-log` writes its first card\n"),
        "{said}"
    );
    let text = std::fs::read_to_string(world.deck_path("raft-log")).unwrap();
    assert_eq!(text, "---\nname = \"Raft log\"\nsource = \"Ongaro 2014\"\ntags = [\"raft\", \"log\"]\n---\n");
    let input = "1\nWhy does a Raft leader send heartbeats to its followers?\nSo that none starts an election.\n\n§5.2\n1\n";
    let said = world.feed(&["add", "raft-log"], input).success();
    assert!(said.contains("So that none starts an election."), "it is shown before it is saved: {said}");
    let added = "\nQ: Why does a Raft leader send heartbeats to its followers?\nA: So that none starts an election.\nSource: §5.2\n";
    assert_eq!(std::fs::read_to_string(world.deck_path("raft-log")).unwrap(), format!("{text}{added}"));
    assert_eq!(world.run(&["check"]).success(), "1 deck, 1 card: no faults\n");
    world.run(&["new", "raft-log"]).failure(
        1,
        &format!(
            "error: `{}` exists already: `retain add` adds cards to it\n",
            world.deck_path("raft-log").display()
        ),
    );
}

#[test]
fn a_deck_begun_with_options_asks_nothing() {
    let world = World::empty();
    let args = [
        "new",
        "notes/log.md",
        "--name",
        "Logs",
        "--level",
        "beginner",
        "--area",
        "storage",
        "--tags",
        "a, b",
    ];
    let said = world.run(&args).success();
    assert_eq!(
        said,
        "began `notes/log.md`\n`retain add notes/log.md` writes its first card\n`retain deck add notes/log.md` makes it part of every review\n"
    );
    let text = std::fs::read_to_string(world.folder().join("notes/log.md")).unwrap();
    assert_eq!(
        text,
        "---\nname = \"Logs\"\nlevel = \"beginner\"\narea = \"storage\"\ntags = [\"a\", \"b\"]\n---\n"
    );
    world.run(&["new", "??"]).failure(1, "error: `??` makes no file name: use letters or digits\n");
}

#[test]
fn every_kind_of_card_can_be_added() {
    let world = World::empty().deck("notes", SOUND);
    for (kind, input) in [
        ("cloze", "A candidate wins an election with votes from [a majority] of the cluster.\n\n\n1\n1\n"),
        (
            "choice",
            "What does a follower of Raft do when its timer runs out?\nit starts an election\n\nit stops\nit never stops\n\n\n\n\n\n1\n1\n",
        ),
        ("order", "In which order does a Raft leader do this for a write?\nappend\nreplicate\n\n\n\n1\n1\n"),
        ("type", "Which word names a period with at most one Raft leader?\nterm | a term\n\n\n1\n1\n"),
        ("number", "How many of seven Raft servers are a majority of them?\n4\n\n\n1\n1\n"),
        ("term", "quorum\nenough servers to decide\n\n\n1\n1\n"),
        ("problem", "raft.commit-index: x\n1\n1\n1\n"),
    ] {
        let outcome = world.feed(&["add", "notes", "--kind", kind], input);
        assert!(outcome.stdout.contains("saved"), "{kind}: {}{}", outcome.stdout, outcome.stderr);
    }
    let checked = world.run(&["check"]);
    assert!(!checked.stdout.contains("error["), "{}", checked.stdout);
    let kinds: Vec<serde_json::Value> =
        serde_json::from_str(&world.run(&["list", "--json"]).success()).unwrap();
    let kinds: Vec<&str> = kinds.iter().map(|card| card["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["recall", "cloze", "choice", "order", "typed", "number", "cloze", "cloze", "problem"]);
}

#[test]
fn a_card_with_faults_is_not_saved_and_a_look_alike_is_named() {
    let world = World::empty().deck("notes", SOUND);
    let refused = world.feed(&["add", "notes", "--stdin"], "Q: no answer\n");
    assert_eq!(refused.code, Some(1));
    assert!(refused.stdout.contains("error[missing-answer]"), "{}", refused.stdout);
    assert!(refused.stdout.ends_with("nothing was written\n"), "{}", refused.stdout);
    let refused = world.feed(&["add", "notes", "--stdin"], "more of the answer above\n");
    assert!(refused.stdout.contains("this text"), "{}", refused.stdout);
    assert_eq!(std::fs::read_to_string(world.deck_path("notes")).unwrap(), SOUND);
    let twin = "Q: Why does a Raft leader send heartbeats to all its followers?\nA: So that none of them starts an election.\n";
    let said = world.feed(&["add", "notes", "--stdin"], twin).success();
    assert!(said.contains("error[D2]: another card asks nearly the same"), "{said}");
    assert!(shown(&world, &said).ends_with("saved 1 card to `home/decks/notes.md:9`\n"), "{said}");
    world.run(&["add", "note"]).failure(2, "error: there is no deck `note`\nhint: did you mean `notes`\n");
    let none = World::empty().run(&["add"]);
    assert!(none.stderr.contains("`retain new NAME` begins one"), "{}", none.stderr);
}

#[test]
fn the_editor_opens_at_the_card_and_what_became_of_it_is_said() {
    let world = World::empty().deck("notes", SOUND);
    let edit = |script: &str| {
        let mut command = world.command(&["edit", "heartbeats"]);
        command.env("EDITOR", script);
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| shown(&world, &String::from_utf8(bytes).unwrap());
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(edit("true"), (Some(0), "home/decks/notes.md is as it was\n".into(), String::new()));
    assert_eq!(
        edit("sed -i s/none/nobody/"),
        (
            Some(0),
            "  edited    home/decks/notes.md: Why does a Raft leader send heartbeats to its followers?\n"
                .into(),
            String::new()
        )
    );
    let (code, said, _) = edit("sed -i /^A:/d");
    assert_eq!(code, Some(1));
    assert!(said.contains("gone") && said.contains("error[missing-answer]"), "{said}");
    assert_eq!(edit("false").0, Some(1));
}

#[test]
fn formatting_is_idempotent_and_ids_keep_the_progress() {
    let text = "Q:   Why does a Raft leader send heartbeats to its followers?\nA: So that none starts an election.\n\n\n\n---\nnotes\n";
    let world = World::empty().deck("notes", text);
    let mut seat = world.seat();
    let rows = seat.app.store.cards_with_records(&Default::default()).unwrap();
    let uid = rows[0].0.uid;
    let _ = seat.review_of(&[&rows[0].0.key.0.clone()], "\n3q");
    let checked = world.run(&["fmt", "--check"]);
    assert_eq!(
        (checked.code, shown(&world, &checked.stdout).as_str()),
        (Some(1), "home/decks/notes.md is not in its form\n")
    );
    assert_eq!(shown(&world, &world.run(&["fmt", "--ids"]).success()), "formatted home/decks/notes.md\n");
    assert_eq!(
        std::fs::read_to_string(world.deck_path("notes")).unwrap(),
        "Q: Why does a Raft leader send heartbeats to its followers?\nA: So that none starts an election.\n<!-- id: raft-leader-send-heartbeats-followers -->\n\n---\nnotes\n"
    );
    assert_eq!(world.run(&["fmt", "--ids", "--check"]).success(), "1 file: nothing to do\n");
    assert_eq!(seat.uid("raft-leader-send-heartbeats-followers"), uid);
}

#[test]
fn a_preview_has_every_card_and_its_faults() {
    let world = World::empty();
    std::fs::write(world.folder().join("small.md"), SMALL).unwrap();
    let said = world.run(&["preview", "small.md"]).success();
    for part in [
        "1/7 · line 8",
        "paris · recall · Small · beginner",
        "why     It has been so since 987.",
        "7/7 · line 45",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    std::fs::write(world.folder().join("bad.md"), "Q: a\n").unwrap();
    let bad = world.run(&["preview", "bad.md"]);
    assert_eq!(bad.code, Some(1));
    assert!(bad.stdout.contains("error[missing-answer]"), "{}", bad.stdout);
    world
        .run(&["preview", "small.md", "--watch"])
        .failure(2, "error: `--watch` needs a terminal\nhint: leave it out to see the deck once\n");
    assert_eq!(world.run(&["preview", "none.md"]).code, Some(1));
}
