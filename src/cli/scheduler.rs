//! `retain scheduler`: which scheduler is in use, and choosing another one.

use std::path::PathBuf;

use super::{Failure, Kind, Outcome, output};
use crate::app::App;
use crate::app::schedulers::{Choice, Choices, Switch};
use crate::schedule::catalogue::{self, Options};
use crate::view::chart;
use crate::view::frame::{Line, Style};

/// Show or choose the scheduler
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<SchedulerCommand>,
}

#[derive(Debug, clap::Subcommand)]
enum SchedulerCommand {
    /// Show which scheduler is in use, and which there are
    Show,
    /// Choose a scheduler: the log is replayed, nothing is lost, and the old choice brings the old dates back
    Set {
        /// sm2, sm2-1990, anki or fsrs
        name: String,
        /// Only for this deck, by name or file stem
        #[arg(long, value_name = "DECK")]
        deck: Option<String>,
        /// Desired retention, 0.70 to 0.99
        #[arg(long, value_name = "SHARE")]
        retention: Option<f64>,
        /// A file with the 21 parameters of FSRS-6
        #[arg(long, value_name = "FILE")]
        parameters: Option<PathBuf>,
        /// Longest interval in days
        #[arg(long, value_name = "DAYS")]
        max_interval: Option<u32>,
        /// Only show what would change
        #[arg(long)]
        dry_run: bool,
    },
    /// Let a deck follow the collection again, or the collection `config.toml`
    Unset {
        /// The deck; without it, the collection's own choice
        #[arg(long, value_name = "DECK")]
        deck: Option<String>,
        /// Only show what would change
        #[arg(long)]
        dry_run: bool,
    },
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    app.refresh(&[])?;
    match args.command.as_ref().unwrap_or(&SchedulerCommand::Show) {
        SchedulerCommand::Show => show(app),
        SchedulerCommand::Set { name, deck, retention, parameters, max_interval, dry_run } => {
            let parameters = parameters.as_deref().map(super::schedule::read_parameters).transpose()?;
            let options = Options {
                retention: *retention,
                parameters,
                max_interval: *max_interval,
                ..Options::default()
            };
            // Refused before anything is replayed.
            if let Err(error) = catalogue::scheduler(name, &options) {
                let failure = Failure::new(Kind::Usage, error);
                return Err(match crate::diagnostic::did_you_mean(name, catalogue::NAMES) {
                    Some(near) if near != name => failure.hint(format!("did you mean `{near}`")),
                    _ => failure,
                });
            }
            let mut choices = app.choices()?;
            let choice = Choice { name: name.clone(), options };
            match deck {
                None => choices.collection = Some(choice),
                Some(deck) => {
                    choices.decks.insert(app.deck_named(deck)?.slug, choice);
                }
            }
            switch(app, &choices, *dry_run)
        }
        SchedulerCommand::Unset { deck, dry_run } => {
            let mut choices = app.choices()?;
            match deck {
                None => choices.collection = None,
                Some(deck) => {
                    let slug = app.deck_named(deck)?.slug;
                    if choices.decks.remove(&slug).is_none() {
                        return Err(Failure::no(format!("`{slug}` has no scheduler of its own")));
                    }
                }
            }
            switch(app, &choices, *dry_run)
        }
    }
}

fn show(app: &App) -> Outcome {
    let choices = app.choices()?;
    let words = |choice: &Choice| {
        let retention =
            choice.options.retention.map_or_else(String::new, |share| format!(", retention {share}"));
        format!("{}{retention}", choice.name)
    };
    match &choices.collection {
        Some(choice) => output::say(&format!("in use: {}", words(choice)))?,
        None => output::say(&format!(
            "in use: {}, retention {} (config.toml)",
            app.config.settings.scheduler, app.config.settings.retention
        ))?,
    }
    for (deck, choice) in &choices.decks {
        output::say(&format!("for {deck}: {}", words(choice)))?;
    }
    if choices.fitted.is_some() {
        output::say("fsrs has parameters fitted to your log")?;
    }
    output::say("")?;
    for (name, summary) in catalogue::NAMES.iter().zip(catalogue::SUMMARIES) {
        output::say(&format!("{name:<9} {summary}"))?;
    }
    Ok(())
}

fn switch(app: &mut App, choices: &Choices, dry_run: bool) -> Outcome {
    let before = app.try_choices(choices, &app.moment())?;
    let lines = plot(&before, output::width(&app.config).min(80));
    output::lines(&lines, &app.config)?;
    if dry_run {
        return Ok(output::say("nothing was changed; without --dry-run it will be")?);
    }
    let changed = app.take_choices(choices)?;
    Ok(output::say(&format!("done: {changed} cards were scheduled anew from the log"))?)
}

/// Cards due per day before and after, one above the other.
fn plot(switch: &Switch, width: usize) -> Vec<Line> {
    let total = |days: &[usize]| days.iter().sum::<usize>();
    let mut lines = vec![
        Line::plain(format!(
            "{} of {} cards with a log would be due on another day",
            switch.moved, switch.cards
        )),
        Line::new(),
        Line::styled(
            format!("before: {} due within {} days", total(&switch.before), switch.before.len()),
            Style::Heading,
        ),
    ];
    lines.extend(chart::forecast(&switch.before, width, 4));
    lines.push(Line::styled(
        format!("after: {} due within {} days", total(&switch.after), switch.after.len()),
        Style::Heading,
    ));
    lines.extend(chart::forecast(&switch.after, width, 4));
    lines
}
