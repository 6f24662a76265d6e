using System.CommandLine;
using System.Text.Json;
using LightlyCluster.Client.Configuration;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;

namespace LightlyCluster.Client.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>How data is written.</summary>
    public static Option<string> Output()
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = "table or json; default LIGHTLY_OUTPUT, else the configuration file.",
            HelpName = "table|json",
            DefaultValueFactory = _ => ClientConfiguration.OfProcess.Find("LIGHTLY_OUTPUT", "output") ?? "table",
        };
        return option.AcceptOnlyFromAmong("table", "json");
    }

    /// <summary>Address of a Redis server.</summary>
    public static Option<string?> Redis() => new("--redis")
    {
        Description = "Redis server as HOST:PORT; default LIGHTLY_REDIS, else an embedded store.",
        HelpName = "host:port",
    };

    /// <summary>The format that a command line asks for.</summary>
    public static OutputFormat FormatOf(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) == "json" ? OutputFormat.Json : OutputFormat.Table;

    /// <summary>The Redis server that a command line or the environment names; empty: none.</summary>
    public static string RedisOf(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) ?? Variable("LIGHTLY_REDIS") ?? "";

    /// <summary>Writes one JSON value.</summary>
    public static void WriteJson<T>(Terminal terminal, T value) =>
        terminal.Print(JsonSerializer.Serialize(value, RunJson.Indented));

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
