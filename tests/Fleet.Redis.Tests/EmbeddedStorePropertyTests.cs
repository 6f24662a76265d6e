using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Fleet.Redis.Tests;

public sealed class EmbeddedStorePropertyTests() : ScriptPropertyTests(TestStore.Embedded);
