using System.CommandLine;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly completion</c>: scripts by which a shell completes commands and flags.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # bash: source <(lightly completion bash), best in ~/.bashrc
        _lightly() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(lightly "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _lightly lightly
        """;

    private const string Zsh = """
        #compdef lightly
        # zsh: source <(lightly completion zsh), best in ~/.zshrc behind compinit
        _lightly() {
          local line="${words[*]}"
          local -a found
          found=("${(@f)$(lightly "[suggest:${#line}]" "$line" 2>/dev/null)}")
          compadd -a found
          _files
        }
        compdef _lightly lightly
        """;

    private const string Fish = """
        # fish: lightly completion fish | source, best in ~/.config/fish/config.fish
        function __lightly_complete
          set -l line (commandline -cp)
          lightly "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
        end
        complete -c lightly -a '(__lightly_complete)'
        """;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Prints a script by which your shell completes commands and flags.") { shell };
        command.SetAction(parsed => context.Terminal.Print(parsed.GetValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        }));
        return command;
    }
}
