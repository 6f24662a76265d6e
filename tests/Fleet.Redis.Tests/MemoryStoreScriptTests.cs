namespace LightlyCluster.Fleet.Redis.Tests;

/// <summary>The model that simulations run on keeps what the scripts keep.</summary>
public sealed class MemoryStoreScriptTests() : ScriptTests(Kind)
{
    internal const string Kind = "memory";
}
