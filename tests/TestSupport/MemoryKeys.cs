namespace LightlyCluster.TestSupport;

/// <summary>Named values with life spans, as Redis holds them, of both roles.</summary>
public sealed class MemoryKeys(TimeProvider clock)
{
    private readonly SortedDictionary<string, Entry> _meta = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Entry> _data = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<MemoryJobEvents>> _listeners = new(StringComparer.Ordinal);

    /// <summary>Keys of META that are alive, in ordinal order.</summary>
    public IReadOnlyList<string> MetaKeys => Alive(_meta);

    /// <summary>Keys of DATA that are alive, in ordinal order.</summary>
    public IReadOnlyList<string> DataKeys => Alive(_data);

    /// <summary>Most bytes that DATA takes; more throws.</summary>
    public long DataBytesMaximum { get; set; } = long.MaxValue;

    /// <summary>Bytes in DATA.</summary>
    public long DataBytes { get; private set; }

    /// <summary>Payloads written so far: each is unique.</summary>
    internal int Attempt { get; set; }

    /// <summary>Loses all of DATA, as a restart without a file does.</summary>
    public void WipeData()
    {
        _data.Clear();
        DataBytes = 0;
    }

    /// <summary>Fields of a hash; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Hash(string key) =>
        Find<Dictionary<string, string>>(_meta, key) ?? new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Entries of a list; empty when there is none.</summary>
    public IReadOnlyList<string> List(string key) => Find<List<string>>(_meta, key) ?? [];

    internal Dictionary<string, string> OpenHash(string key) => Open(key, () => new Dictionary<string, string>(StringComparer.Ordinal));

    internal List<string> OpenList(string key) => Open(key, () => new List<string>());

    internal SortedSet<string> OpenSet(string key) => Open(key, () => new SortedSet<string>(StringComparer.Ordinal));

    internal string? Text(string key) => Find<string>(_meta, key);

    internal void SetText(string key, string text, TimeSpan? life) => _meta[key] = new(text, DeadlineOf(life));

    internal bool Exists(string key) => Find<object>(_meta, key) is not null;

    internal void Delete(string key) => _meta.Remove(key);

    internal void Expire(string key, TimeSpan life)
    {
        if (_meta.TryGetValue(key, out var entry))
        {
            _meta[key] = entry with { Deadline = DeadlineOf(life) };
        }
    }

    internal byte[]? Payload(string key) => Find<byte[]>(_data, key);

    internal bool TrySetPayload(string key, byte[] bytes, TimeSpan life)
    {
        DeletePayload(key);
        if (DataBytes + bytes.Length > DataBytesMaximum)
        {
            return false;
        }

        _data[key] = new(bytes, DeadlineOf(life));
        DataBytes += bytes.Length;
        return true;
    }

    internal void DeletePayload(string key)
    {
        if (_data.Remove(key, out var entry))
        {
            DataBytes -= ((byte[])entry.Value).Length;
        }
    }

    internal void Publish(string channel)
    {
        foreach (var listener in _listeners.GetValueOrDefault(channel, []).ToArray())
        {
            listener.Hint();
        }
    }

    internal MemoryJobEvents Subscribe(string channel)
    {
        var events = new MemoryJobEvents(clock, listener => _listeners[channel].Remove(listener));
        if (!_listeners.TryGetValue(channel, out var listeners))
        {
            _listeners.Add(channel, listeners = []);
        }

        listeners.Add(events);
        return events;
    }

    private long? DeadlineOf(TimeSpan? life) => life is { } span ? clock.GetUtcNow().Add(span).UtcTicks : null;

    private bool IsAlive(Entry entry) => entry.Deadline is null || entry.Deadline > clock.GetUtcNow().UtcTicks;

    private string[] Alive(SortedDictionary<string, Entry> role) => [.. role.Where(pair => IsAlive(pair.Value)).Select(pair => pair.Key)];

    private T? Find<T>(SortedDictionary<string, Entry> role, string key)
        where T : class
    {
        if (!role.TryGetValue(key, out var entry))
        {
            return null;
        }

        if (IsAlive(entry))
        {
            return (T)entry.Value;
        }

        if (role == _data)
        {
            DeletePayload(key);
        }
        else
        {
            role.Remove(key);
        }

        return null;
    }

    private T Open<T>(string key, Func<T> make)
        where T : class
    {
        if (Find<T>(_meta, key) is { } found)
        {
            return found;
        }

        var made = make();
        _meta[key] = new(made, null);
        return made;
    }

    private sealed record Entry(object Value, long? Deadline);
}
