namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>One round of a step on one rank: what goes out, what comes in, and how far both are.</summary>
/// <remarks>A payload is written once; the round begins when all that goes out is there.</remarks>
internal sealed class NcclRound : IDisposable
{
    private const long Alignment = 256;

    private readonly NcclStaging _staging;
    private readonly int _rank;
    private readonly Dictionary<string, NcclPart> _out = new(StringComparer.Ordinal);
    private readonly Dictionary<(int From, string What), NcclPart> _in = [];
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NcclBuffer? _sent;
    private readonly NcclBuffer? _received;
    private readonly long _sentBytes;
    private readonly long _receivedBytes;
    private int _missing;
    private volatile bool _isHere;

    /// <summary>Lays the payloads out and takes buffers for them.</summary>
    /// <exception cref="NcclException">There is no memory.</exception>
    public NcclRound(IReadOnlyList<NcclParcel> parcels, int rank, int rankCount, NcclStaging staging)
    {
        (_staging, _rank) = (staging, rank);
        var (sends, receives) = (new List<(NcclParcel Parcel, long Offset)>(), new List<(NcclParcel Parcel, long Offset)>());
        foreach (var parcel in parcels)
        {
            if (parcel.From == rank)
            {
                sends.Add((parcel, _sentBytes));
                _sentBytes = Lay(parcel, _sentBytes, (what, part) => _out.Add(what, part));
            }
            else if (parcel.Reaches(rank))
            {
                receives.Add((parcel, _receivedBytes));
                _receivedBytes = Lay(parcel, _receivedBytes, (what, part) => _in.Add((parcel.From, what), part));
            }
        }

        _sent = _sentBytes > 0 ? staging.Rent(_sentBytes) : null;
        _received = _receivedBytes > 0 ? staging.Rent(_receivedBytes) : null;
        Transfers =
        [
            .. sends.SelectMany(send => Enumerable.Range(0, rankCount).Where(send.Parcel.Reaches)
                .Select(peer => new NcclTransfer(true, peer, _sent!.Device + (nint)send.Offset, send.Parcel.Bytes))),
            .. receives.Select(receive => new NcclTransfer(false, receive.Parcel.From, _received!.Device + (nint)receive.Offset, receive.Parcel.Bytes)),
        ];
        _missing = _out.Count;
        if (_missing == 0)
        {
            _written.SetResult();
        }
    }

    /// <summary>Sends and receives.</summary>
    public IReadOnlyList<NcclTransfer> Transfers { get; }

    /// <summary>Ends when all that goes out is here.</summary>
    public Task Written => _written.Task;

    /// <summary>Ends when what comes in is here, or never will be.</summary>
    public Task Moved => _moved.Task;

    /// <summary>Bytes to all receivers together.</summary>
    public long BytesSent => Transfers.Where(transfer => transfer.IsSend).Sum(transfer => transfer.Bytes);

    /// <summary>Bytes from all senders together.</summary>
    public long BytesReceived => Transfers.Where(transfer => !transfer.IsSend).Sum(transfer => transfer.Bytes);

    /// <summary>What goes out and is here: its name, its key in DATA, and its bytes.</summary>
    public IEnumerable<(string What, string StoreKey, byte[] Bytes)> Held => _out
        .Where(entry => entry.Value.StoreKey is not null)
        .Select(entry => (entry.Key, entry.Value.StoreKey!, _sent!.Span(entry.Value.Offset, entry.Value.Bytes).ToArray()));

    /// <summary>Whether a payload goes out in this round, and is not here yet.</summary>
    public bool Awaits(string what) => _out.TryGetValue(what, out var part) && part.StoreKey is null;

    /// <summary>Takes a payload that goes out.</summary>
    /// <returns>False when none of this name and length is awaited.</returns>
    public bool TryWrite(string what, ReadOnlySpan<byte> bytes, string storeKey)
    {
        if (!_out.TryGetValue(what, out var part) || part.Bytes != bytes.Length || part.StoreKey is not null)
        {
            return false;
        }

        bytes.CopyTo(_sent!.Span(part.Offset, part.Bytes));
        part.StoreKey = storeKey;
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _written.SetResult();
        }

        return true;
    }

    /// <summary>Whether a payload comes in in this round.</summary>
    public bool Brings(int from, string what) => _in.ContainsKey((from, what));

    /// <summary>Reads a payload of this rank or, once it has come, of another one.</summary>
    /// <returns>False when it is not here or has another length.</returns>
    public bool TryRead(int from, string what, Span<byte> destination)
    {
        var isHere = from == _rank || _isHere;
        var part = from == _rank ? _out.GetValueOrDefault(what) : _in.GetValueOrDefault((from, what));
        if (!isHere || part is null || part.Bytes != destination.Length || (from == _rank && part.StoreKey is null))
        {
            return false;
        }

        (from == _rank ? _sent : _received)!.Span(part.Offset, part.Bytes).CopyTo(destination);
        return true;
    }

    /// <summary>Enqueues the copy to the device of what goes out.</summary>
    public void Load() => Copy(_sent, _sentBytes, _staging.Memory.CopyToDevice);

    /// <summary>Enqueues the copy to the host of what came in.</summary>
    public void Unload() => Copy(_received, _receivedBytes, _staging.Memory.CopyToHost);

    /// <summary>Says that all has come, or that it will not.</summary>
    public void End(bool hasMoved)
    {
        _isHere |= hasMoved;
        _moved.TrySetResult();
    }

    /// <summary>Gives the buffers back; nobody may read or write any more.</summary>
    public void Dispose()
    {
        End(hasMoved: false);
        foreach (var buffer in new[] { _sent, _received })
        {
            if (buffer is not null)
            {
                _staging.Return(buffer);
            }
        }
    }

    private static void Copy(NcclBuffer? buffer, long bytes, Action<NcclBuffer, long> copy)
    {
        if (buffer is not null)
        {
            copy(buffer, bytes);
        }
    }

    private static long Lay(NcclParcel parcel, long offset, Action<string, NcclPart> add)
    {
        foreach (var (what, bytes) in parcel.Parts)
        {
            add(what, new(offset, bytes));
            offset += bytes;
        }

        return (offset + Alignment - 1) / Alignment * Alignment;
    }
}
