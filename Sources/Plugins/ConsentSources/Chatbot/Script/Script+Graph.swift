extension Script {
    /// Steps by id, so that what is said of them has an order.
    var ordered: [Step] { steps.values.sorted { $0.id < $1.id } }

    /// Steps that can be reached.
    /// - Parameter within: steps that count; one that is not among them is neither reached nor passed.
    func reached(from starts: [String], within: Set<String>? = nil) -> Set<String> {
        var reached: Set<String> = []
        var open = starts
        while let id = open.popLast() {
            guard let step = steps[id], within?.contains(id) ?? true, reached.insert(id).inserted else { continue }
            open += step.ways.map(\.target)
        }
        return reached
    }

    /// Steps from which one of these can be reached.
    func leading(to ends: Set<String>) -> Set<String> {
        var leading = ends
        var grows = true
        while grows {
            grows = false
            for step in steps.values where !leading.contains(step.id) {
                guard step.ways.contains(where: { leading.contains($0.target) }) else { continue }
                leading.insert(step.id)
                grows = true
            }
        }
        return leading
    }
}

extension Script.Step {
    /// Where it can lead, by field.
    var ways: [(field: String, target: String)] {
        var ways: [(field: String, target: String)] = []
        if let next { ways.append(("next", next)) }
        if let otherwise { ways.append(("else", otherwise)) }
        if let declined { ways.append(("declined", declined)) }
        for (index, option) in options.enumerated() { ways.append(("options[\(index)].next", option.next)) }
        return ways
    }
}
