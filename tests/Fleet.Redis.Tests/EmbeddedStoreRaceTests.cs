using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Fleet.Redis.Tests;

public sealed class EmbeddedStoreRaceTests() : ScriptRaceTests(TestStore.Embedded);
