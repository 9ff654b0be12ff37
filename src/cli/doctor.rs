//! `retain doctor`: is everything sound?

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::store::Integrity;
use crate::view::words;

/// Check the database, and that every card's state is what its log says
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Store what the log says where the stored state differs
    #[arg(long)]
    rebuild: bool,
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    output::say(&format!("database: {}", app.store.path().display()))?;
    let findings = app.examine(args.rebuild)?;
    match &findings.integrity {
        Integrity::Sound => output::say("file: sound")?,
        Integrity::Faults(lines) => {
            output::say("file: damaged")?;
            for line in lines {
                output::say(&format!("  {line}"))?;
            }
        }
    }
    let entries = usize::try_from(findings.entries).unwrap_or(usize::MAX);
    output::say(&format!(
        "log: {} of {}",
        words::plural(entries, "entry").replace("entrys", "entries"),
        words::plural(findings.cards, "card")
    ))?;
    let differing = findings.differing.len();
    if differing == 0 {
        output::say("states: equal to the replay of the log")?;
    } else {
        output::say(&format!(
            "states: {} differ from the replay of the log",
            words::plural(differing, "card")
        ))?;
        for (card, _, _) in findings.differing.iter().take(20) {
            let title =
                app.store.card(*card)?.map_or_else(|| card.to_string(), |row| output::title(&row.title));
            output::say(&format!("  {title}"))?;
        }
    }
    let copies = app.store.backups()?;
    match copies.last() {
        Some(newest) => {
            output::say(&format!("copies: {}, the newest `{}`", copies.len(), newest.path.display()))?;
        }
        None => output::say("copies: none yet; one is made each day after a review")?,
    }
    if findings.integrity != Integrity::Sound {
        return Err(
            Failure::no("the database is damaged").hint("`retain restore` takes back the newest sound copy")
        );
    }
    if differing > 0 && !findings.rebuilt {
        return Err(Failure::no("stored states differ from the log")
            .hint("`retain doctor --rebuild` stores what the log says"));
    }
    if findings.rebuilt {
        output::say("states: stored anew from the log")?;
    }
    Ok(())
}
