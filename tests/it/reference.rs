//! The reference of the command line, made from its definition: `docs/cli.md` is what the binary says of itself.
//! `RETAIN_UPDATE=1 cargo test --test it reference` writes it anew. Not for what the commands do.

use std::fmt::Write as _;
use std::path::PathBuf;

const HEAD: &str = "\
# Commands

What `retain COMMAND --help` says, for every command. Made by a test from the program itself; edit the program, then run
`RETAIN_UPDATE=1 cargo test --test it reference`.
";

fn describe(command: &mut clap::Command, path: &str, page: &mut String) {
    let help = command.render_long_help().to_string();
    let help: String = help.lines().fold(String::new(), |text, line| text + line.trim_end() + "\n");
    let depth = "#".repeat(2 + path.split(' ').count().saturating_sub(2));
    let _ = write!(page, "\n{depth} `{path}`\n\n```text\n{}\n```\n", help.trim_end());
    let names: Vec<String> = command
        .get_subcommands()
        .filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
        .map(|sub| sub.get_name().to_owned())
        .collect();
    for name in names {
        let sub = command.find_subcommand_mut(&name).unwrap();
        describe(sub, &format!("{path} {name}"), page);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how a person asks for a new page")]
fn the_reference_is_what_the_commands_say_of_themselves() {
    let mut root = retain::cli::command().term_width(100);
    root.build();
    let mut page = HEAD.to_owned();
    describe(&mut root, "retain", &mut page);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    if std::env::var_os("RETAIN_UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/cli.md is out of date: `RETAIN_UPDATE=1 cargo test --test it reference`");
}

#[test]
fn every_command_is_explained_and_clap_finds_no_fault() {
    retain::cli::command().debug_assert();
    for command in retain::cli::command().get_subcommands() {
        assert!(command.get_about().is_some(), "`{}` does not say what it does", command.get_name());
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let id = argument.get_id();
            assert!(argument.get_help().is_some(), "`{}` of `{}` is not explained", id, command.get_name());
        }
    }
}

#[test]
fn completions_and_the_manual_name_every_command() {
    let world = crate::world::World::with_course();
    let names: Vec<String> =
        retain::cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let man = world.run(&["man"]).success();
    for shell in ["bash", "zsh", "fish"] {
        let script = world.run(&["completions", shell]).success();
        for name in &names {
            assert!(script.contains(name.as_str()), "{shell}: {name}");
            assert!(man.contains(name.as_str()), "man: {name}");
        }
    }
    assert!(world.run(&["man", "review"]).success().contains(".TH retain-review 1"));
    world
        .run(&["man", "reviev"])
        .failure(2, "error: there is no command `reviev`\nhint: did you mean `review`\n");
    assert!(!world.database().exists(), "neither needs a database");
}
