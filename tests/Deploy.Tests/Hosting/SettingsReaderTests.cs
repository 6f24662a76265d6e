using LightlyCluster.Coordinator.Hosting;
using LightlyCluster.Hosting;
using LightlyCluster.Worker.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace LightlyCluster.Deploy.Tests.Hosting;

public sealed class SettingsReaderTests
{
    [Fact]
    public void What_is_set_is_read_and_the_rest_keeps_its_default()
    {
        var options = SettingsReader.Read<CoordinatorOptions>(Settings("Coordinator:StoreWait", "00:05:00"), CoordinatorOptions.SectionName);

        options.StoreWait.ShouldBe(TimeSpan.FromMinutes(5));
        options.Listen.ShouldBe("127.0.0.1:50051");
    }

    [Fact]
    public void A_misspelt_setting_is_named_with_the_one_that_was_meant()
    {
        var error = Should.Throw<OptionsValidationException>(
            () => SettingsReader.Read<WorkerOptions>(Settings("Worker:Treads", "2"), WorkerOptions.SectionName));

        error.Message.ShouldContain("Worker:Treads is not a setting; did you mean Worker:Threads?");
    }

    [Fact]
    public void A_value_of_another_type_is_named()
    {
        var error = Should.Throw<OptionsValidationException>(
            () => SettingsReader.Read<WorkerOptions>(Settings("Worker:Threads", "two"), WorkerOptions.SectionName));

        error.Message.ShouldContain("'two'");
        error.Message.ShouldContain("Worker:Threads");
    }

    [Theory]
    [InlineData("127.0.0.1:50051", "127.0.0.1:50051")]
    [InlineData("*:0", "0.0.0.0:0")]
    [InlineData("localhost:65535", "127.0.0.1:65535")]
    public void An_address_is_host_and_port(string text, string expected)
    {
        ListenAddress.TryParse(text, out var address).ShouldBeTrue();

        address!.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("50051")]
    [InlineData(":50051")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:")]
    [InlineData("no-such-host.invalid:1")]
    public void Anything_else_is_none(string text) => ListenAddress.TryParse(text, out _).ShouldBeFalse();

    private static IConfiguration Settings(string key, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)]).Build();
}
