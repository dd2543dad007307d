/**
 * `completions`: what shells complete, from the definitions of the commands.
 *
 * @module
 */

import { Argument, Command, type Option } from "commander";
import type { CliIo } from "./io.ts";

const SHELLS = { bash, zsh, fish } as const;

/** A command and how it is reached: `""`, `" listen"`, `" keystore add"`. */
interface Node {
  readonly at: string;
  readonly command: Command;
}

/** @param program Has all commands once this one runs. */
export function completionsCommand(program: Command, io: CliIo): Command {
  return new Command("completions")
    .description("print what a shell needs to complete the command line of net-listen")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SHELLS)))
    .addHelpText("after", HELP)
    .action((shell: keyof typeof SHELLS) => void io.out(SHELLS[shell](nodesOf(program))));
}

const HELP = `
The command has to be installed as net-listen (see README).

Examples:
  net-listen completions bash > ~/.local/share/bash-completion/completions/net-listen
  net-listen completions zsh > ~/.zfunc/_net-listen      (with fpath+=~/.zfunc before compinit)
  net-listen completions fish > ~/.config/fish/completions/net-listen.fish`;

/** All commands, each before those below it. */
export function nodesOf(command: Command, at = ""): Node[] {
  return [
    { at, command },
    ...command.commands.flatMap((each) => nodesOf(each, `${at} ${each.name()}`)),
  ];
}

function namesOf({ short, long }: Option): string[] {
  return [short, long].filter((name) => name !== undefined);
}

/** The names of commands below it and of its options. */
function wordsOf({ command }: Node): string[] {
  return [
    ...command.commands.map((each) => each.name()),
    ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    ...optionsOf(command).flatMap(({ long }) => long ?? []),
  ];
}

/** Its options, `--help` included, and those of the commands above it that it shows. */
function optionsOf(command: Command): readonly Option[] {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}

/** Options with a value that choose which clients there are. */
const CHOOSING =
  "--(to|control|fleet|fleet-name|fleet-creds|fleet-user-file|fleet-ca|fleet-cert|fleet-key)";

/**
 * Prints the clients that the options in front choose.
 *
 * @param group `ctl` or `fleet`, whose names of clients differ.
 */
const clientsOf = (group: string, options: string) =>
  `net-listen ${group} ${options} list --ids 2>/dev/null`;

/** The commands whose first argument is a client. */
function clientCommands(nodes: readonly Node[]): string[] {
  return nodes.filter(({ command }) => command.registeredArguments[0]?.name() === "client")
    .map(({ at }) => at);
}

/** The cases of a shell's `case` for options with a value: those with choices, and all others. */
function valueCases(nodes: readonly Node[]) {
  const chosen: { pattern: string; choices: readonly string[] }[] = [];
  const others: string[] = [];
  for (const { at, command } of nodes) {
    for (const option of optionsOf(command).filter(({ required }) => required)) {
      const patterns = namesOf(option).map((name) => `"${at} ${name}"`);
      if (option.argChoices === undefined) others.push(...patterns);
      else chosen.push({ pattern: patterns.join("|"), choices: option.argChoices });
    }
  }
  return { chosen, others: others.join("|") };
}

const paths = (nodes: readonly Node[]) => nodes.slice(1).map(({ at }) => `"${at}"`).join("|");

function bash(nodes: readonly Node[]): string {
  const { chosen, others } = valueCases(nodes);
  return `# Completion of net-listen for bash.
_net_listen() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local at="" word words="" listener=()
  # COMP_WORDS has NAME:PORT in three words.
  local rest="$COMP_LINE" choice=' (${CHOOSING})[= ]+([^ ]+)( .*)'
  while [[ "$rest" =~ $choice ]]; do
    listener+=("\${BASH_REMATCH[1]}" "\${BASH_REMATCH[3]}")
    rest="\${BASH_REMATCH[4]}"
  done
  [[ "$COMP_LINE" == *" --fleet-insecure "* ]] && listener+=(--fleet-insecure)
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in ${paths(nodes)}) at="$at $word" ;; esac
  done
  case "$at $previous" in
${
    chosen.map(({ pattern, choices }) => `    ${pattern}) words="${choices.join(" ")}" ;;`).join(
      "\n",
    )
  }
    ${others}) COMPREPLY=(); return ;;
    *) case "$at" in
${nodes.map((node) => `      "${node.at}") words="${wordsOf(node).join(" ")}" ;;`).join("\n")}
    esac
    case "$at" in ${clientCommands(nodes).map((at) => `"${at}"`).join("|")}) words="$words $(${
    clientsOf("${at% *}", '"${listener[@]}"')
  })" ;; esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _net_listen net-listen
`;
}

function zsh(nodes: readonly Node[]): string {
  const { chosen, others } = valueCases(nodes);
  return `#compdef net-listen
# Completion of net-listen for zsh.
_net_listen() {
  local at="" word before="" choosing='${CHOOSING}'
  local -a listener
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ "$word" == \${~choosing}=* || "$word" == --fleet-insecure ]] && listener+=("$word")
    [[ "$before" == \${~choosing} ]] && listener+=("$before" "$word")
    before="$word"
    case "$at $word" in (${paths(nodes)}) at="$at $word" ;; esac
  done
  case "$at \${words[CURRENT-1]}" in
${
    chosen.map(({ pattern, choices }) => `    (${pattern}) compadd -- ${choices.join(" ")} ;;`)
      .join("\n")
  }
    (${others}) _files ;;
    (*) case "$at" in
${nodes.map((node) => `      ("${node.at}") compadd -- ${wordsOf(node).join(" ")} ;;`).join("\n")}
    esac
    case "$at" in (${clientCommands(nodes).map((at) => `"${at}"`).join("|")}) compadd -- \${(f)"$(${
    clientsOf("${=at% *}", '"${listener[@]}"')
  })"} ;; esac
    [[ "\${words[CURRENT]}" == -* ]] || _files ;;
  esac
}
# Loaded by its first use, this file is the function that has to complete.
if [[ "\${funcstack[1]}" == _net-listen ]]; then _net_listen; else compdef _net_listen net-listen; fi
`;
}

function fish(nodes: readonly Node[]): string {
  const lines = nodes.flatMap((node) => {
    const { at, command } = node;
    const when = `complete -c net-listen -n '__net_listen_at "${at}"'`;
    return [
      ...command.commands.map((each) =>
        `${when} -f -a ${each.name()} -d ${quote(each.description())}`
      ),
      ...command.registeredArguments.filter(({ argChoices }) => argChoices).map(
        ({ argChoices, description }) =>
          `${when} -f -a "${argChoices!.join(" ")}" -d ${quote(description)}`,
      ),
      ...(clientCommands([node]).map(() =>
        `${when} -f -a "(__net_listen_clients${at.slice(0, at.lastIndexOf(" "))})"`
      )),
      ...optionsOf(command).map((option) => {
        const { long, short, required, argChoices, description } = option;
        const value = argChoices ? ` -x -a "${argChoices.join(" ")}"` : required ? " -r" : "";
        const name = (short === undefined ? "" : ` -s ${short.slice(1)}`) + ` -l ${long!.slice(2)}`;
        return `${when}${name}${value} -d ${quote(description)}`;
      }),
    ];
  });
  return `# Completion of net-listen for fish.
function __net_listen_at
  set -l at ""
  for word in (commandline -opc)[2..]
    switch "$at $word"
      case ${nodes.slice(1).map((node) => `"${node.at}"`).join(" ")}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
function __net_listen_clients
  set -l listener
  set -l before ""
  for word in (commandline -opc)
    string match -q -r '^(${CHOOSING}=|--fleet-insecure$)' -- "$word"; and set -a listener "$word"
    string match -q -r '^${CHOOSING}$' -- "$before"; and set -a listener "$before" "$word"
    set before "$word"
  end
  ${clientsOf("$argv[1]", "$listener")}
end
${lines.join("\n")}
`;
}

/** For fish. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
