using LightlyCluster.Client.JobFiles;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LightlyCluster.Client.Configuration;

/// <summary>Settings of a user from a file: <c>LIGHTLY_CONFIG</c>, else <c>~/.config/lightly/config.yaml</c>. Flags and environment win over it.</summary>
internal sealed class ClientConfiguration
{
    /// <summary>Environment variable that names the file.</summary>
    public const string FileVariable = "LIGHTLY_CONFIG";

    private const int FileBytesMaximum = 64 << 10;

    private static readonly string[] Keys = ["server", "tokenFile", "tlsCa", "tlsCert", "tlsKey", "output"];
    private static readonly Lazy<ClientConfiguration> Process = new(ReadOfProcess);

    private readonly IReadOnlyDictionary<string, string> _values;

    private ClientConfiguration(IReadOnlyDictionary<string, string> values) => _values = values;

    /// <summary>The settings of the user that runs this process.</summary>
    /// <exception cref="CommandException">The file cannot be used.</exception>
    public static ClientConfiguration OfProcess => Process.Value;

    /// <summary>A setting: from the environment, else from the file; null where neither has it.</summary>
    /// <param name="variable">Name of the environment variable.</param>
    /// <param name="key">Key in the file.</param>
    public string? Find(string variable, string key) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : _values.GetValueOrDefault(key);

    /// <summary>Reads a file's text: one mapping of known keys to plain values.</summary>
    /// <param name="text">The YAML document.</param>
    /// <param name="source">Its name in messages.</param>
    /// <exception cref="CommandException">It is not that; the message names line and column.</exception>
    internal static ClientConfiguration Parse(string text, string source)
    {
        YamlNesting.Require(text, source);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                return new(values);
            }

            parser.Consume<MappingStart>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.Consume<Scalar>();
                if (!Keys.Contains(key.Value, StringComparer.Ordinal))
                {
                    var hint = Fleet.Jobs.NearestName.Hint(key.Value, Keys);
                    throw new CommandException($"{source}:{key.Start.Line}:{key.Start.Column}: unknown key '{key.Value}'{hint}; known: {string.Join(", ", Keys)}");
                }

                values[key.Value] = ExpandHome(parser.Consume<Scalar>().Value);
            }
        }
        catch (YamlException exception)
        {
            throw new CommandException(
                $"{source}:{exception.Start.Line}:{exception.Start.Column}: this file holds lines 'key: value' only (no lists, anchors or nested keys)", exception);
        }

        return values.GetValueOrDefault("output") is null or "table" or "json"
            ? new(values)
            : throw new CommandException($"{source}: output is '{values["output"]}'; allowed are table and json");
    }

    private static ClientConfiguration ReadOfProcess()
    {
        var named = Environment.GetEnvironmentVariable(FileVariable);
        var path = named is { Length: > 0 } ? named : Path.Combine(ConfigurationFolder(), "lightly", "config.yaml");
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return named is { Length: > 0 } ? throw new CommandException($"{FileVariable} names {named}, which does not exist") : new(new Dictionary<string, string>());
        }

        return file.Length <= FileBytesMaximum
            ? Parse(File.ReadAllText(path), path)
            : throw new CommandException($"{path} has {file.Length} bytes; a configuration file has at most {FileBytesMaximum}");
    }

    private static string ConfigurationFolder() => Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");

    private static string ExpandHome(string value) => value.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), value[2..])
        : value;
}
