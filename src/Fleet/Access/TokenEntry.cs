using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LightlyCluster.Fleet.Access;

/// <summary>One line of a token file: TENANT ROLE sha256:HEX [expires=DATE] [jobs=N] [running=N] [submits=N] [workers=N].</summary>
/// <param name="Caller">Who bears the token.</param>
/// <param name="Hash">SHA-256 of the token, 64 hexadecimal digits.</param>
/// <param name="Expires">When it ends; null: never.</param>
public sealed partial record TokenEntry(Caller Caller, string Hash, DateTimeOffset? Expires = null)
{
    private const string HashPrefix = "sha256:";
    private const int LimitMaximum = 1_000_000;

    /// <summary>Whether a text can name a tenant: 1 to 63 of a-z, 0-9 and '-', beginning with a letter.</summary>
    public static bool IsTenantName(string text) => TenantPattern().IsMatch(text);

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line, neither empty nor a comment.</param>
    /// <param name="entry">The entry; null where the line is wrong.</param>
    /// <param name="error">What is wrong with it; never holds the line itself.</param>
    public static bool TryParse(string line, [NotNullWhen(true)] out TokenEntry? entry, out string error)
    {
        (entry, error) = (null, "");
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3)
        {
            error = "a line is: TENANT ROLE sha256:HEX [expires=YYYY-MM-DD] [jobs=N] [running=N] [submits=N] [workers=N]";
        }
        else if (!IsTenantName(words[0]))
        {
            error = "a tenant is 1 to 63 of a-z, 0-9 and '-', beginning with a letter";
        }
        else if (!Enum.TryParse<Role>(words[1], ignoreCase: true, out var role) || char.IsDigit(words[1][0]))
        {
            error = "a role is viewer, submitter, admin or worker";
        }
        else if (!HashPattern().IsMatch(words[2]))
        {
            error = "the third word is sha256: and 64 hexadecimal digits; a token itself does not belong into this file";
        }
        else if (ReadSettings(words[3..], out var quota, out var expires) is { } wrong)
        {
            error = wrong;
        }
        else
        {
            entry = new(new(words[0], role, quota), words[2][HashPrefix.Length..].ToLowerInvariant(), expires);
        }

        return entry is not null;
    }

    /// <summary>The line of the file.</summary>
    public string Format()
    {
        var quota = Caller.Quota;
        (string Name, int Value)[] limits = [("jobs", quota.Jobs), ("running", quota.Running), ("submits", quota.Submits), ("workers", quota.Workers)];
        string[] words =
        [
            Caller.Tenant,
            Caller.Role.ToString().ToLowerInvariant(),
            HashPrefix + Hash,
            .. Expires is { } end ? [$"expires={end.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"] : Array.Empty<string>(),
            .. limits.Where(limit => limit.Value > 0).Select(limit => $"{limit.Name}={limit.Value}"),
        ];
        return string.Join(' ', words);
    }

    private static string? ReadSettings(string[] words, out TenantQuota quota, out DateTimeOffset? expires)
    {
        (quota, expires) = (TenantQuota.None, null);
        foreach (var word in words)
        {
            var (name, value) = word.Split('=', 2) is [var before, var after] ? (before, after) : (word, "");
            if (name == "expires")
            {
                if (!DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end))
                {
                    return "expires is a date such as 2027-01-31 or 2027-01-31T12:00:00Z";
                }

                expires = end;
                continue;
            }

            if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit > LimitMaximum)
            {
                return $"'{name}' needs a number from 0 (no limit) to {LimitMaximum}; known: expires, jobs, running, submits, workers";
            }

            switch (name)
            {
                case "jobs":
                    quota = quota with { Jobs = limit };
                    break;
                case "running":
                    quota = quota with { Running = limit };
                    break;
                case "submits":
                    quota = quota with { Submits = limit };
                    break;
                case "workers":
                    quota = quota with { Workers = limit };
                    break;
                default:
                    return $"'{name}' is unknown; known: expires, jobs, running, submits, workers";
            }
        }

        return null;
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TenantPattern();

    [GeneratedRegex("^sha256:[0-9a-fA-F]{64}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HashPattern();
}
