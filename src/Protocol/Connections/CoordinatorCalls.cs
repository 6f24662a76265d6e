using System.Runtime.CompilerServices;
using Grpc.Core;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Protocol.Connections;

/// <summary>Makes calls to whichever of several coordinators answers, with deadlines, and opens broken streams again.</summary>
internal sealed class CoordinatorCalls(CoordinatorChannel[] channels, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ReconnectTimeout = TimeSpan.FromSeconds(90);

    private int _current;

    /// <summary>Address of the coordinator that is asked now.</summary>
    public string Server => Current.Address.GetLeftPart(UriPartial.Authority);

    private CoordinatorChannel Current => channels[Volatile.Read(ref _current)];

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(channels, channel => channel.Dispose());

    /// <summary>Makes a call; where a coordinator is away the next one is asked, each once.</summary>
    /// <exception cref="CoordinatorException">It is refused, or no coordinator answers.</exception>
    public async Task<T> CallAsync<T>(
        Func<TrainingJobService.TrainingJobServiceClient, CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var channel = Current;
            try
            {
                var options = new CallOptions(deadline: clock.GetUtcNow().UtcDateTime + CallTimeout, cancellationToken: cancellationToken);
                return await call(new(channel.Invoker), options);
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(error.Message, error, cancellationToken);
            }
            catch (RpcException error)
            {
                var translated = Translate(error, channel);
                if (!translated.IsTransient || tries >= channels.Length)
                {
                    throw translated;
                }

                MoveOn(channel);
            }
        }
    }

    /// <summary>Reads a stream, and opens it again where it ended, until it ends in order.</summary>
    /// <param name="open">Opens it where it goes on.</param>
    /// <param name="isOver">Whether a stream that ends in order has told everything.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    /// <exception cref="CoordinatorException">It is refused, or no coordinator has answered for 90 s.</exception>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        Func<TrainingJobService.TrainingJobServiceClient, CallOptions, IAsyncStreamReader<T>> open,
        Func<bool> isOver,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var heard = clock.GetTimestamp();
        var hasHeard = false;
        for (var tries = 1; ; tries++)
        {
            var channel = Current;
            var patience = hasHeard ? ReconnectTimeout - clock.GetElapsedTime(heard) : tries < channels.Length ? ReconnectTimeout : TimeSpan.Zero;
            await using var reader = ReadOnceAsync(open, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await NextAsync(reader, channel, patience > TimeSpan.Zero, cancellationToken) is { } hasNext)
            {
                (heard, hasHeard, patience) = (clock.GetTimestamp(), true, ReconnectTimeout);
                if (!hasNext)
                {
                    if (isOver())
                    {
                        yield break;
                    }

                    break;
                }

                yield return reader.Current;
            }

            await Task.Delay(RetryInterval, clock, cancellationToken);
        }
    }

    /// <summary>Whether there is a next message; null where the stream broke and is worth another try.</summary>
    private async Task<bool?> NextAsync<T>(IAsyncEnumerator<T> reader, CoordinatorChannel channel, bool mayRepeat, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await reader.MoveNextAsync();
        }
        catch (CoordinatorException error) when (error.IsTransient && mayRepeat)
        {
            MoveOn(channel);
            return null;
        }
    }

    /// <summary>Reads a stream once.</summary>
    /// <exception cref="CoordinatorException">It is refused, it broke, or no coordinator answers.</exception>
    public async IAsyncEnumerable<T> ReadOnceAsync<T>(
        Func<TrainingJobService.TrainingJobServiceClient, CallOptions, IAsyncStreamReader<T>> open, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Current;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reader = open(new(channel.Invoker), new CallOptions(cancellationToken: stop.Token));
        try
        {
            while (await MoveNextAsync(reader, channel, cancellationToken))
            {
                yield return reader.Current;
            }
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private static async Task<bool> MoveNextAsync<T>(IAsyncStreamReader<T> reader, CoordinatorChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.MoveNext(cancellationToken);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(error.Message, error, cancellationToken);
        }
        catch (RpcException error)
        {
            throw Translate(error, channel);
        }
    }

    private static CoordinatorException Translate(RpcException error, CoordinatorChannel channel) => new(error, channel.Address.GetLeftPart(UriPartial.Authority));

    private void MoveOn(CoordinatorChannel from)
    {
        var index = Array.IndexOf(channels, from);
        Interlocked.CompareExchange(ref _current, (index + 1) % channels.Length, index);
    }
}
