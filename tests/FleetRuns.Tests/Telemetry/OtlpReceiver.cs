using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LightlyCluster.FleetRuns.Tests.Telemetry.Otlp;

namespace LightlyCluster.FleetRuns.Tests.Telemetry;

/// <summary>Receives OTLP over HTTP as a collector does, and keeps what came.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentDictionary<string, byte> _metrics = new(StringComparer.Ordinal);
    private readonly Task _receiving;

    public OtlpReceiver()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        Address = $"http://127.0.0.1:{port}";
        _listener.Prefixes.Add($"{Address}/");
        _listener.Start();
        _receiving = ReceiveAsync();
    }

    public string Address { get; }

    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    public IReadOnlyCollection<string> Metrics => [.. _metrics.Keys];

    /// <summary>What makes a process send here, soon.</summary>
    public Dictionary<string, string> Variables(string traceEvery) => new(StringComparer.Ordinal)
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "300",
        ["LIGHTLY_TRACE_EVERY"] = traceEvery,
    };

    /// <summary>Waits until what came is as wanted.</summary>
    public static async Task UntilAsync(Func<bool> isThere, Func<string> missing)
    {
        for (var tries = 0; !isThere(); tries++)
        {
            if (tries > 300)
            {
                throw new TimeoutException($"Within 15 s there did not come: {missing()}");
            }

            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _receiving;
    }

    private async Task ReceiveAsync()
    {
        while (true)
        {
            HttpListenerContext call;
            try
            {
                call = await _listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var body = new MemoryStream();
            await call.Request.InputStream.CopyToAsync(body);
            Take(call.Request.Url!.AbsolutePath, body.ToArray());
            call.Response.ContentType = "application/x-protobuf";
            call.Response.Close();
        }
    }

    private void Take(string path, byte[] body)
    {
        switch (path)
        {
            case "/v1/traces":
                foreach (var resource in TraceRequest.Parser.ParseFrom(body).ResourceSpans)
                {
                    var service = resource.Resource.Attributes.First(attribute => attribute.Key == "service.name").Value.StringValue;
                    foreach (var span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
                    {
                        _spans.Enqueue(new(service, span));
                    }
                }

                break;
            case "/v1/metrics":
                foreach (var metric in MetricRequest.Parser.ParseFrom(body).ResourceMetrics
                    .SelectMany(resource => resource.ScopeMetrics).SelectMany(scope => scope.Metrics))
                {
                    _metrics.TryAdd(metric.Name, 0);
                }

                break;
        }
    }
}
