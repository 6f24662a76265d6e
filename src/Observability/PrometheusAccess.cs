namespace LightlyCluster.Observability;

/// <summary>How Prometheus reads a process.</summary>
/// <param name="Port">Port of a listener of its own; 0: none.</param>
/// <param name="IsEndpoint">Whether the host offers the address <c>/metrics</c> itself.</param>
public sealed record PrometheusAccess(int Port, bool IsEndpoint)
{
    /// <summary>Not at all.</summary>
    public static PrometheusAccess None { get; } = new(0, IsEndpoint: false);

    /// <summary>At an endpoint of the host.</summary>
    public static PrometheusAccess Endpoint { get; } = new(0, IsEndpoint: true);

    /// <summary>At a port; 0: not at all.</summary>
    public static PrometheusAccess At(int port) => port == 0 ? None : new(port, IsEndpoint: false);
}
