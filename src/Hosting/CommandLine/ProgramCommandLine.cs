using System.CommandLine;
using System.CommandLine.Help;
using LightlyCluster.Fleet.Jobs;
using Microsoft.Extensions.Options;

namespace LightlyCluster.Hosting.CommandLine;

/// <summary>
/// The command line of a program of the fleet: flags become settings, <c>--help</c> and <c>--version</c> are answered, and what is not
/// understood is an error instead of being passed over.
/// </summary>
public sealed class ProgramCommandLine
{
    private readonly RootCommand _root;
    private readonly Dictionary<Option<string>, ProgramFlag> _flags;

    /// <summary>Describes the command line.</summary>
    /// <param name="description">What the program does.</param>
    /// <param name="examples">Command lines that work.</param>
    /// <param name="flags">All flags.</param>
    public ProgramCommandLine(string description, IReadOnlyList<string> examples, IReadOnlyList<ProgramFlag> flags)
    {
        var lines = examples.Select(example => $"  {example}");
        _root = new($"{description}\n\nExamples:\n{string.Join('\n', lines)}\n\nEvery setting is also an environment variable: {flags[0].Setting.Replace(":", "__")} for {flags[0].Name}.");
        _flags = flags.ToDictionary(OptionOf);
        foreach (var option in _flags.Keys)
        {
            _root.Add(option);
        }
    }

    /// <summary>Reads a command line; answers <c>--help</c> and <c>--version</c> itself.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <returns>Values by setting, as a source of configuration takes them; null when the question is answered and nothing is to be run.</returns>
    /// <exception cref="OptionsValidationException">Something is unknown, incomplete or said twice.</exception>
    public IReadOnlyDictionary<string, string?>? Read(string[] arguments)
    {
        var parsed = _root.Parse(arguments);
        if (parsed.Action is HelpAction || parsed.Action?.GetType().Name is "VersionOptionAction")
        {
            parsed.Invoke();
            return null;
        }

        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            var names = _flags.Values.Select(flag => flag.Name);
            throw Invalid($"'{unknown}' is not understood{NearestName.Hint(unknown, names)}. --help shows what is.");
        }

        if (parsed.Errors is [var error, ..])
        {
            throw Invalid($"{error.Message.TrimEnd('.')}. --help shows what is allowed.");
        }

        return _flags.Where(pair => parsed.GetResult(pair.Key) is not null)
            .ToDictionary(pair => pair.Value.Setting, pair => parsed.GetValue(pair.Key) ?? (pair.Value.IsSwitch ? "true" : null), StringComparer.OrdinalIgnoreCase);
    }

    private static Option<string> OptionOf(ProgramFlag flag) => new(flag.Name)
    {
        Description = flag.Help,
        HelpName = flag.IsSwitch ? "true|false" : null,
        Arity = flag.IsSwitch ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
    };

    private static OptionsValidationException Invalid(string message) => new("", typeof(ProgramCommandLine), [message]);
}
