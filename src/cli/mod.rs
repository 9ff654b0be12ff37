//! What the user types: one file a command, each with its arguments and a `run`. The only place that knows clap, and
//! the only one besides `term/` that writes to the terminal.

mod add;
mod backup;
mod catchup;
mod changes;
mod check;
mod completions;
mod deck;
mod doctor;
mod edit;
mod eval;
mod exam;
mod failure;
mod fmt;
mod history;
mod home;
mod list;
mod marks;
mod new;
mod output;
mod path;
mod preview;
mod problem;
mod quiz;
mod review;
mod schedule;
mod scheduler;
mod show;
mod simulate;
mod stats;
mod status;
mod undo;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::app::App;
use crate::config::Config;
pub use failure::{Failure, Kind, Outcome};

/// Spaced repetition, quizzes and exams for the terminal, with a course on distributed systems.
///
/// Without a command, opens the home screen.
#[derive(Debug, Parser)]
#[command(name = "retain", version, propagate_version = true, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "Environment:
  RETAIN_HOME  the folder of everything: database, decks, settings, copies
  NO_COLOR     no colours
  RETAIN_NOW   a frozen clock, RFC 3339, for tests and demonstrations
  RETAIN_SEED  a fixed source of chance, for tests and demonstrations

Exit codes: 0 done, 1 the answer is no, 2 usage, 3 the store or the system, 130 interrupted";

#[derive(Debug, Subcommand)]
enum Command {
    Review(review::Args),
    Quiz(quiz::Args),
    Problem(problem::Args),
    Exam(exam::ExamArgs),
    Placement(exam::PlacementArgs),
    Exams(exam::ExamsArgs),
    Path(path::PathArgs),
    Unlock(path::UnlockArgs),
    Lock(path::LockArgs),
    Stats(stats::Args),
    Undo(undo::Args),
    Leeches(marks::LeechArgs),
    Suspended(marks::SuspendedArgs),
    Resume(marks::ResumeArgs),
    Flagged(marks::FlaggedArgs),
    Deck(deck::Args),
    Check(check::Args),
    New(new::Args),
    Add(add::Args),
    Edit(edit::Args),
    Fmt(fmt::Args),
    Preview(preview::Args),
    List(list::ListArgs),
    Search(list::SearchArgs),
    Show(show::Args),
    Status(status::Args),
    History(history::HistoryArgs),
    Relink(history::RelinkArgs),
    Doctor(doctor::Args),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    Why(why::Args),
    Catchup(catchup::Args),
    Scheduler(scheduler::Args),
    Simulate(simulate::Args),
    Eval(eval::EvalArgs),
    Optimize(eval::OptimizeArgs),
    Schedule(schedule::Args),
    Completions(completions::Args),
    Man(completions::ManArgs),
}

/// Runs the program on the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// Runs the program on arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // clap writes help and version to stdout, faults to stderr, and knows the exit code.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::complain(&failure.text());
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(cli: Cli) -> Outcome {
    match &cli.command {
        // These need neither settings nor database.
        Some(Command::Completions(args)) => return completions::run(args),
        Some(Command::Man(args)) => return completions::man(args),
        Some(Command::Schedule(args)) => return schedule::run(args),
        Some(Command::Problem(args)) => {
            if let Some(outcome) = problem::run_alone(args) {
                return outcome;
            }
        }
        _ => {}
    }
    let config = Config::read()?;
    match cli.command {
        None => home::run(config),
        Some(Command::Restore(args)) => backup::restore(&config, &args),
        Some(Command::Check(args)) => check::run(&config, &args),
        Some(Command::Fmt(args)) => fmt::run(&config, &args),
        Some(Command::Preview(args)) => preview::run(&config, &args),
        Some(command) => {
            let mut app = App::open(config)?;
            match command {
                Command::Review(args) => review::run(&mut app, &args),
                Command::Quiz(args) => quiz::run(&mut app, &args),
                Command::Problem(args) => problem::run(&mut app, &args),
                Command::Exam(args) => exam::exam(&mut app, &args),
                Command::Placement(args) => exam::placement(&mut app, &args),
                Command::Exams(args) => exam::exams(&mut app, &args),
                Command::Path(args) => path::run(&mut app, &args),
                Command::Unlock(args) => path::unlock(&mut app, &args),
                Command::Lock(args) => path::lock(&mut app, &args),
                Command::Stats(args) => stats::run(&mut app, &args),
                Command::Undo(args) => undo::run(&mut app, &args),
                Command::Why(args) => why::run(&mut app, &args),
                Command::Catchup(args) => catchup::run(&mut app, &args),
                Command::Scheduler(args) => scheduler::run(&mut app, &args),
                Command::Simulate(args) => simulate::run(&mut app, &args),
                Command::Eval(args) => eval::eval(&app, &args),
                Command::Optimize(args) => eval::optimize(&mut app, &args),
                Command::Leeches(args) => marks::leeches(&mut app, &args),
                Command::Suspended(args) => marks::suspended(&mut app, &args),
                Command::Resume(args) => marks::resume(&mut app, &args),
                Command::Flagged(args) => marks::flagged(&mut app, &args),
                Command::Deck(args) => deck::run(&mut app, &args),
                Command::New(args) => new::run(&mut app, &args),
                Command::Add(args) => add::run(&mut app, &args),
                Command::Edit(args) => edit::run(&mut app, &args),
                Command::List(args) => list::list(&mut app, &args),
                Command::Search(args) => list::search(&mut app, &args),
                Command::Show(args) => show::run(&mut app, &args),
                Command::Status(args) => status::run(&mut app, &args),
                Command::History(args) => history::history(&mut app, &args),
                Command::Relink(args) => history::relink(&mut app, &args),
                Command::Doctor(args) => doctor::run(&mut app, &args),
                Command::Backup(args) => backup::backup(&mut app, &args),
                Command::Restore(_)
                | Command::Check(_)
                | Command::Fmt(_)
                | Command::Preview(_)
                | Command::Completions(_)
                | Command::Man(_)
                | Command::Schedule(_) => Ok(()),
            }
        }
    }
}

/// Returns the definition of the whole command line, for completions, manual and reference.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}
