using LightlyCluster.Fleet.Access;

namespace LightlyCluster.Coordinator.Security;

/// <summary>The tokens that are accepted now: the file is read again when it changed, at most every two seconds.</summary>
internal sealed partial class TokenSource
{
    private const int FileBytesMaximum = 4 << 20;
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    private readonly SecurityOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<TokenSource> _logger;
    private readonly Lock _lock = new();
    private readonly TokenBook _local;
    private TokenBook _book = new([]);
    private string _text = "";
    private long _lookedAt;

    /// <summary>Reads the file for the first time.</summary>
    /// <exception cref="FormatException">A line is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public TokenSource(SecurityOptions options, TimeProvider clock, ILogger<TokenSource> logger)
    {
        (_options, _clock, _logger) = (options, clock, logger);
        _local = new(options.LocalWorkerHash.Length > 0 ? [new(new("local", Role.Worker, TenantQuota.None), options.LocalWorkerHash)] : []);
        if (options.TokenFile.Length > 0)
        {
            _text = Read();
            _book = TokenBook.Parse(_text);
            _lookedAt = clock.GetTimestamp();
        }
    }

    /// <summary>Looks a token up.</summary>
    public TokenVerdict Find(string token)
    {
        var now = _clock.GetUtcNow();
        var verdict = Current().Find(token, now);
        return verdict.Caller is null && !verdict.HasExpired ? _local.Find(token, now) : verdict;
    }

    private TokenBook Current()
    {
        lock (_lock)
        {
            if (_options.TokenFile.Length == 0 || _clock.GetElapsedTime(_lookedAt) < LookInterval)
            {
                return _book;
            }

            _lookedAt = _clock.GetTimestamp();
            try
            {
                var text = Read();
                if (text != _text)
                {
                    (_book, _text) = (TokenBook.Parse(text), text);
                    LogRead(_options.TokenFile, _book.Count);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
            {
                LogNotRead(_options.TokenFile, error.Message);
            }

            return _book;
        }
    }

    private string Read()
    {
        var file = new FileInfo(_options.TokenFile);
        return file.Length <= FileBytesMaximum ? File.ReadAllText(file.FullName) : throw new FormatException($"it has more than {FileBytesMaximum} bytes");
    }

    [LoggerMessage(1301, LogLevel.Information, "The token file {File} was read: {Count} tokens.")]
    private partial void LogRead(string file, int count);

    [LoggerMessage(1302, LogLevel.Error, "The token file {File} cannot be read ({Error}). The tokens of before stay valid until it can.")]
    private partial void LogNotRead(string file, string error);
}
