//! `retain completions` and `retain man`: made from the definition of the command line.

use super::{Outcome, command, output};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Print the manual page, in roff
#[derive(Debug, clap::Args)]
pub(super) struct ManArgs {
    /// The page of this command instead
    command: Option<String>,
}

pub(super) fn run(args: &Args) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "retain", &mut script);
    Ok(output::raw(&script)?)
}

pub(super) fn man(args: &ManArgs) -> Outcome {
    let mut root = command();
    root.build();
    let page = match &args.command {
        None => root,
        Some(name) => match root.find_subcommand(name) {
            Some(found) => found.clone().display_name(format!("retain-{name}")),
            None => {
                let names: Vec<String> =
                    root.get_subcommands().map(|found| found.get_name().to_owned()).collect();
                let failure = super::Failure::usage(format!("there is no command `{name}`"));
                return Err(match crate::diagnostic::did_you_mean(name, names.iter().map(String::as_str)) {
                    Some(near) => failure.hint(format!("did you mean `{near}`")),
                    None => failure,
                });
            }
        },
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    Ok(output::raw(&text)?)
}
