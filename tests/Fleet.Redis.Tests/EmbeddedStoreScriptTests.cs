using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Fleet.Redis.Tests;

public sealed class EmbeddedStoreScriptTests() : ScriptTests(TestStore.Embedded);
