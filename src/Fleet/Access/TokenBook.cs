using System.Security.Cryptography;

namespace LightlyCluster.Fleet.Access;

/// <summary>The tokens that a coordinator accepts, by their hashes.</summary>
public sealed class TokenBook
{
    /// <summary>Most lines that a token file may have.</summary>
    public const int EntriesMaximum = 10_000;

    private readonly (TokenEntry Entry, byte[] Hash)[] _entries;

    /// <summary>Accepts these tokens.</summary>
    public TokenBook(IEnumerable<TokenEntry> entries) => _entries = [.. entries.Select(entry => (entry, Convert.FromHexString(entry.Hash)))];

    /// <summary>How many tokens there are.</summary>
    public int Count => _entries.Length;

    /// <summary>Reads a token file; empty lines and lines that begin with '#' say nothing.</summary>
    /// <exception cref="FormatException">A line is wrong (the message names its number, not its content), or there are too many.</exception>
    public static TokenBook Parse(string text)
    {
        var entries = new List<TokenEntry>();
        foreach (var (line, index) in text.Split('\n').Select((line, index) => (line.Trim(), index)))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            entries.Add(TokenEntry.TryParse(line, out var entry, out var error) ? entry : throw new FormatException($"line {index + 1}: {error}"));
        }

        return entries.Count <= EntriesMaximum
            ? new(entries)
            : throw new FormatException($"there are {entries.Count} tokens; at most {EntriesMaximum} are kept");
    }

    /// <summary>Looks a token up. Takes equally long for every token that is not in the book.</summary>
    public TokenVerdict Find(string token, DateTimeOffset now)
    {
        if (token.Length > TokenSecret.LengthMaximum)
        {
            return new(null, HasExpired: false);
        }

        var hash = TokenSecret.Hash(token);
        TokenEntry? found = null;
        foreach (var (entry, known) in _entries)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known))
            {
                found = entry;
            }
        }

        return found?.Expires <= now ? new(null, HasExpired: true) : new(found?.Caller, HasExpired: false);
    }
}
