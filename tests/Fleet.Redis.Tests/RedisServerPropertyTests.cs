using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Fleet.Redis.Tests;

public sealed class RedisServerPropertyTests() : ScriptPropertyTests(TestStore.Redis);
