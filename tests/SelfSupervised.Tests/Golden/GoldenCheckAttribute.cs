namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Marks a static method that takes a <see cref="GoldenCase"/> and fails if our result differs from its values.</summary>
/// <param name="target">The case's target; may be given several times.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class GoldenCheckAttribute(string target) : Attribute
{
    public string Target { get; } = target;
}
