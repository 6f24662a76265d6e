namespace LightlyCluster.Observability.Names;

/// <summary>Which processes give a name out.</summary>
[Flags]
public enum Emitter
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The coordinator.</summary>
    Coordinator = 1,

    /// <summary>Workers.</summary>
    Worker = 2,

    /// <summary>The <c>lightly</c> command.</summary>
    Client = 4,
}
