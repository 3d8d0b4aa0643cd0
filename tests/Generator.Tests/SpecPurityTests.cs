using System.Reflection;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Tests;

/// <summary>What the pipeline caches holds no symbols or syntax, and is compared by value.</summary>
public class SpecPurityTests
{
    private static readonly HashSet<Type> Cached = Reachable([typeof(AttentionSpec), typeof(CompilationFacts), typeof(AttentionShape), typeof(WindowShape), typeof(Rules.Place), typeof(Rules.Remedy)]);

    [Fact]
    public void Nothing_of_Roslyn_is_reachable_from_a_spec() =>
        Assert.All(Cached, type => Assert.False(type.Assembly.GetName().Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal), $"{type} is reachable."));

    [Fact]
    public void Everything_reachable_is_compared_by_value() =>
        Assert.All(Cached, type => Assert.True(
            type.IsPrimitive || type.IsEnum || type == typeof(string) || typeof(IEquatable<>).MakeGenericType(type).IsAssignableFrom(type),
            $"{type} is compared by reference."));

    [Fact]
    public void Records_are_sealed() =>
        Assert.All(Cached.Where(type => type.IsClass && type.Assembly == typeof(AttentionSpec).Assembly), type => Assert.True(type.IsSealed, $"{type} is not sealed."));

    [Fact]
    public void The_walk_reaches_what_specs_are_made_of() =>
        Assert.Superset(new HashSet<Type> { typeof(HostSpec), typeof(EncodingSpec), typeof(ArgumentSpec), typeof(ArgumentSource), typeof(HostProblem), typeof(double), typeof(float) }, Cached);

    [Fact]
    public void Arrays_are_equal_by_their_elements()
    {
        var left = new EquatableArray<float>([1f, float.NaN]);
        var same = new EquatableArray<float>([1f, float.NaN]);
        Assert.Equal(left, same);
        Assert.Equal(left.GetHashCode(), same.GetHashCode());
        Assert.True(left == same);
        Assert.True(left != new EquatableArray<float>([1f]));
        Assert.Equal(default, new EquatableArray<float>([]));
        Assert.Equal(default(EquatableArray<float>).GetHashCode(), new EquatableArray<float>([]).GetHashCode());
    }

    private static HashSet<Type> Reachable(IEnumerable<Type> roots)
    {
        var seen = new HashSet<Type>();
        var open = new Stack<Type>(roots);
        while (open.TryPop(out Type? type))
        {
            if (type.IsGenericType)
            {
                foreach (Type argument in type.GetGenericArguments())
                {
                    open.Push(argument);
                }
            }

            Type bare = Nullable.GetUnderlyingType(type) ?? type;
            if (!seen.Add(bare) || bare.IsPrimitive || bare.IsEnum || bare == typeof(string) || (bare.IsGenericType && bare.GetGenericTypeDefinition() == typeof(EquatableArray<>)))
            {
                continue;
            }

            foreach (FieldInfo field in bare.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                open.Push(field.FieldType);
            }
        }

        return seen;
    }
}
