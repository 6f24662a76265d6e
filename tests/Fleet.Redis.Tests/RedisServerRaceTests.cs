using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Fleet.Redis.Tests;

public sealed class RedisServerRaceTests() : ScriptRaceTests(TestStore.Redis);
