/**
 * `manual`: the manual page, from the definitions of the commands.
 *
 * @module
 */

import { Command } from "commander";
import { nodesOf } from "./completions.ts";
import type { CliIo } from "./io.ts";

/** @param program Has all commands once this one runs. */
export function manualCommand(program: Command, version: string, io: CliIo): Command {
  return new Command("manual")
    .description("print the manual page")
    .addHelpText(
      "after",
      "\nExamples:\n  net-listen manual | man -l -\n  net-listen manual > /usr/local/share/man/man1/net-listen.1",
    )
    .action(() => void io.out(formatManual(program, version)));
}

function formatManual(program: Command, version: string): string {
  const nodes = nodesOf(program);
  return [
    `.TH NET\\-LISTEN 1 "" "net\\-listen ${version}" "User Commands"`,
    ".SH NAME",
    `net\\-listen \\- ${roff(program.description())}`,
    ".SH SYNOPSIS",
    ...nodes.filter(({ command }) => command.commands.length === 0).flatMap((
      { at, command },
      i,
    ) => [
      ...(i === 0 ? [] : [".br"]),
      `\\fBnet\\-listen${roff(at)}\\fR ${roff(command.usage())}`,
    ]),
    ".SH DESCRIPTION",
    ...preformatted(textAfterHelp(program)).slice(1),
    ".SH COMMANDS",
    ...nodes.slice(1).flatMap(({ at, command }) => [
      `.SS "net\\-listen${roff(at)}"`,
      roff(command.description()),
      ...command.createHelp().visibleArguments(command).flatMap((argument) =>
        item(argument.name(), command.createHelp().argumentDescription(argument))
      ),
      ...command.createHelp().visibleOptions(command).flatMap((option) =>
        item(option.flags, command.createHelp().optionDescription(option))
      ),
      ...preformatted(textAfterHelp(command)),
    ]),
    "",
  ].join("\n");
}

function item(term: string, description: string): string[] {
  return [".TP", `\\fB${roff(term)}\\fR`, roff(description)];
}

function preformatted(text: string): string[] {
  if (text === "") return [];
  return [".PP", ".nf", ...text.split("\n").map((line) => line === "" ? ".sp" : roff(line)), ".fi"];
}

/** What follows the options in the help of a command. */
function textAfterHelp(command: Command): string {
  let text = "";
  const output = command.configureOutput();
  command.configureOutput({ ...output, writeOut: (more) => text += more });
  command.outputHelp();
  command.configureOutput(output);
  return text.slice(command.helpInformation().length).trim();
}

/** Escapes a line of text. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq")
    .replaceAll("\n", " ").replace(/^\./, "\\&.");
}
