using System.CommandLine;
using System.Globalization;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Fleet.Access;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly token create</c>: makes a token, and the line by which a coordinator knows it.</summary>
internal static class TokenCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandContext context) => new("token", "Tokens by which a coordinator knows who calls.") { CreateToken(context) };

    private static Command CreateToken(CommandContext context)
    {
        var tenant = new Option<string>("--tenant") { Description = "Whose jobs these are: a-z, 0-9 and '-'.", HelpName = "tenant", Required = true };
        var role = new Option<string>("--role") { Description = "viewer, submitter, admin or worker.", HelpName = "role", Required = true };
        role.AcceptOnlyFromAmong([.. Enum.GetNames<Role>().Select(name => name.ToLowerInvariant())]);
        var expires = new Option<string?>("--expires") { Description = "When it ends, such as 2027-01-31; default: never.", HelpName = "date" };
        var jobs = Limit("--jobs", "Most jobs of the tenant that have not ended.");
        var running = Limit("--running", "Most jobs of the tenant that run at the same time.");
        var submits = Limit("--submits", "Most jobs that the tenant submits in a minute.");
        var workers = Limit("--workers", "Most workers of one job.");
        var file = new Option<string?>("--file") { Description = "Token file of the coordinator, to which the line is added.", HelpName = "file" };
        var output = CommonOptions.Output();
        var command = new Command("create", "Makes a token; it is shown once.") { tenant, role, expires, jobs, running, submits, workers, file, output };
        command.SetAction(parsed =>
        {
            var quota = new TenantQuota(parsed.GetValue(jobs), parsed.GetValue(running), parsed.GetValue(submits), parsed.GetValue(workers));
            var caller = new Caller(TenantOf(parsed.GetValue(tenant)!), Enum.Parse<Role>(parsed.GetValue(role)!, ignoreCase: true), quota);
            var token = TokenSecret.Create();
            var entry = new TokenEntry(caller, Convert.ToHexStringLower(TokenSecret.Hash(token)), DateOf(parsed.GetValue(expires)));
            if (parsed.GetValue(file) is { Length: > 0 } path)
            {
                Append(path, entry.Format());
            }

            Show(context.Terminal, token, entry.Format(), parsed.GetValue(file), CommonOptions.FormatOf(parsed, output));
        });
        return command;
    }

    private static Option<int> Limit(string name, string description)
    {
        var option = new Option<int>(name) { Description = $"{description} Default: no limit.", HelpName = "number" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 1_000_000)
            {
                result.AddError($"{name} is {result.GetValueOrDefault<int>()}; allowed is 0 (no limit) to 1000000");
            }
        });
        return option;
    }

    private static string TenantOf(string text) => TokenEntry.IsTenantName(text)
        ? text
        : throw new CommandException($"--tenant is '{text}'; use 1 to 63 of a-z, 0-9 and '-', beginning with a letter");

    private static DateTimeOffset? DateOf(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date
            : throw new CommandException($"--expires is '{text}'; write a date such as 2027-01-31 or 2027-01-31T12:00:00Z");
    }

    private static void Append(string path, string line)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write };
        if (!File.Exists(path) && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.WriteLine(line);
    }

    private static void Show(Terminal terminal, string token, string line, string? file, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            CommonOptions.WriteJson(terminal, new { Token = token, Line = line });
        }
        else
        {
            terminal.Print(token);
            if (file is null)
            {
                terminal.Print(line);
            }
        }

        terminal.Say("The token is shown this once; give it to its user, who keeps it in a file for LIGHTLY_TOKEN_FILE.");
        terminal.Say(file is null
            ? "Add the line that begins with the tenant to the token file of the coordinator (--token-file); it is read again within two seconds."
            : $"Its line is in {file}; a coordinator with --token-file {file} reads it within two seconds.");
    }
}
