namespace LightlyCluster.SelfSupervised.Tests;

public sealed class DeterministicCudaTests
{
    [Fact]
    public void The_settings_of_this_libtorch_can_be_read_and_no_test_has_made_them() => DeterministicCuda.IsActive.ShouldBeFalse();

    [Fact]
    public void A_function_that_this_libtorch_lacks_is_named_with_what_to_do() =>
        Should.Throw<NotSupportedException>(() => TorchExports.Find("_ZN2at7nothingEv", "A reproducible GPU", "use --device cpu"))
            .Message.ShouldBe("A reproducible GPU needs a libtorch that exports _ZN2at7nothingEv (2.10 does); use --device cpu.");
}
