using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>
/// One communicator of NCCL. No call waits; whoever has begun something asks <see cref="HasEnded"/>, and anybody may
/// <see cref="Abort"/> it meanwhile.
/// </summary>
internal sealed class NcclCommunicator : IAsyncDisposable
{
    /// <summary>A call that lasts longer hangs in NCCL; it is aborted from outside, for which NCCL is made.</summary>
    private static readonly TimeSpan CallMaximum = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan EndMaximum = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenPolls = TimeSpan.FromMilliseconds(1);

    private readonly Lock _calls = new();
    private readonly INcclMemory _memory;
    private readonly TimeProvider _clock;

    /// <summary>Where NCCL writes the handle: it stays until the end, should NCCL write later than it returns.</summary>
    private readonly IntPtr _cell = Marshal.AllocHGlobal(IntPtr.Size);

    private int _isOver;
    private bool _isDisposed;

    /// <summary>Begins to find the other ranks.</summary>
    /// <param name="memory">Staging memory; borrowed.</param>
    /// <param name="id">By what they find each other.</param>
    /// <param name="rank">This one's number, from 0.</param>
    /// <param name="rankCount">Number of ranks.</param>
    /// <param name="clock">Time.</param>
    /// <exception cref="NcclException">NCCL refuses.</exception>
    public NcclCommunicator(INcclMemory memory, NcclUniqueId id, int rank, int rankCount, TimeProvider clock)
    {
        (_memory, _clock) = (memory, clock);
        Marshal.WriteIntPtr(_cell, 0);
        try
        {
            memory.Enter();
            var configuration = NcclConfig.NonBlocking;
            NcclException.Require(
                NcclNative.InitializeRank(_cell, rankCount, id, rank, ref configuration), $"begin a communicator of {rankCount} ranks", Handle);
        }
        catch (NcclException)
        {
            Abort();
            Marshal.FreeHGlobal(_cell);
            throw;
        }
    }

    private IntPtr Handle => Marshal.ReadIntPtr(_cell);

    /// <summary>An id for a new communicator.</summary>
    /// <exception cref="NcclException">NCCL refuses.</exception>
    public static NcclUniqueId NewId()
    {
        NcclException.Require(NcclNative.GetUniqueId(out var id), "make a unique id");
        return id;
    }

    /// <summary>Whether NCCL has done, or at least enqueued, what was begun.</summary>
    /// <exception cref="NcclException">It has failed, or was aborted.</exception>
    public bool HasEnded() => Call(handle =>
    {
        NcclException.Require(NcclNative.GetAsyncError(handle, out var state), "say how it goes", handle);
        NcclException.Require(state, "go on", handle);
        return state == NcclResult.Success;
    });

    /// <summary>Begins to send and to receive, all at once.</summary>
    /// <param name="transfers">What.</param>
    /// <exception cref="NcclException">NCCL or CUDA refuses, or the communicator was aborted.</exception>
    public void Begin(IReadOnlyList<NcclTransfer> transfers) => Call(handle =>
    {
        NcclException.Require(NcclNative.StartGroup(), "begin a group", handle);
        var refused = NcclResult.Success;
        foreach (var transfer in transfers)
        {
            var result = transfer.IsSend
                ? NcclNative.Send(transfer.Address, (nuint)transfer.Bytes, NcclNative.Bytes, transfer.Peer, handle, _memory.Stream)
                : NcclNative.Receive(transfer.Address, (nuint)transfer.Bytes, NcclNative.Bytes, transfer.Peer, handle, _memory.Stream);
            refused = refused == NcclResult.Success && result != NcclResult.InProgress ? result : refused;
        }

        // A group that is begun is ended, whatever happened in it.
        var ended = NcclNative.EndGroup();
        NcclException.Require(refused, "send or receive", handle);
        NcclException.Require(ended, "start a group", handle);
        return true;
    });

    /// <summary>Gives up whatever is under way and frees what NCCL holds; safe at any time, from any thread.</summary>
    public void Abort()
    {
        var isFree = _calls.TryEnter(CallMaximum);
        try
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0 && Handle != 0)
            {
                _memory.Enter();
                _ = NcclNative.Abort(Handle);
            }
        }
        finally
        {
            if (isFree)
            {
                _calls.Exit();
            }
        }
    }

    /// <summary>Ends in order what has nothing under way: waits for the others to end too, for two seconds at most; then it is aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        try
        {
            await EndAsync();
        }
        catch (NcclException)
        {
            // It has failed by itself, or was aborted; either way it is over.
        }

        Abort();
        Marshal.FreeHGlobal(_cell);
    }

    private async Task EndAsync()
    {
        Call(handle =>
        {
            NcclException.Require(NcclNative.FinalizeCommunicator(handle), "end", handle);
            return true;
        });
        var began = _clock.GetTimestamp();
        while (!HasEnded())
        {
            if (_clock.GetElapsedTime(began) > EndMaximum)
            {
                return;
            }

            await Task.Delay(BetweenPolls, _clock);
        }

        Call(handle =>
        {
            _isOver = 1;
            NcclException.Require(NcclNative.Destroy(handle), "be destroyed");
            return true;
        });
    }

    private T Call<T>(Func<IntPtr, T> call)
    {
        lock (_calls)
        {
            if (Volatile.Read(ref _isOver) != 0)
            {
                throw new NcclException("The communicator was aborted.");
            }

            _memory.Enter();
            return call(Handle);
        }
    }
}
