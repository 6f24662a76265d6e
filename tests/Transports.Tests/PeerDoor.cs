using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Transport.Peer;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Transports.Tests;

/// <summary>A worker's port with one payload behind it.</summary>
internal sealed class PeerDoor : IAsyncDisposable, ILogger<PeerServer>
{
    public const string Job = "job";
    public const string Incarnation = "owner";
    public const string Secret = "0123456789abcdef0123456789abcdef";
    public const string Key = "peer://job/0/reduced0/owner/1";

    private readonly PeerServer _server;
    private readonly TestMeters _meters = new();
    private PeerAddress? _address;

    public PeerDoor()
    {
        Instruments = new(_meters);
        _server = new(new WorkerOptions(), Instruments, TimeProvider.System, this);
        Offer = new(Job, Incarnation, new()) { Secret = Secret };
    }

    public static byte[] Payload { get; } = [.. Enumerable.Range(0, 1000).Select(value => (byte)value)];

    public TransportInstruments Instruments { get; }

    public PeerOffer Offer { get; }

    public ConcurrentQueue<string> Lines { get; } = [];

    public PeerAddress Address => _address!;

    public async Task<PeerDoor> OpenAsync()
    {
        _address = await _server.StartAsync("127.0.0.1");
        _server.Open(Offer);
        Offer.Shelf.Put(Key, Payload);
        return this;
    }

    /// <summary>Waits until the door has written a line with some words into its log.</summary>
    public async Task SaysAsync(string words)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!Lines.Any(line => line.Contains(words)))
        {
            await Task.Delay(10, limit.Token);
        }
    }

    /// <summary>Connects as anybody can who reaches the port.</summary>
    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Address.Port));
        return socket;
    }

    /// <summary>Connects as a worker does.</summary>
    public Task<(PeerLink? Link, string Problem)> OpenLinkAsync(string job = Job, string incarnation = Incarnation, string secret = Secret) =>
        PeerLink.OpenAsync(Address, job, incarnation, secret, Instruments, TimeProvider.System, CancellationToken.None);

    /// <summary>Whether somebody who knows the secret reads the payload.</summary>
    public async Task<bool> IsOpenForWorkersAsync()
    {
        var (link, problem) = await OpenLinkAsync();
        link.ShouldNotBeNull(problem);
        await using var _ = link;
        var read = new byte[Payload.Length];
        return await link.ReadAsync(Key, read) && read.SequenceEqual(Payload);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _meters.Dispose();
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
