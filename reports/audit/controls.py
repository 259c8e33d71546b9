"""The controls of SOC 2 and ISO/IEC 27001, and the subjects of evidence that a plan has for each.

Sources of the numbers: AICPA, "2017 Trust Services Criteria (With Revised Points of Focus — 2022)"; ISO/IEC 27001:2022,
Annex A. The texts are protected by copyright and were not read. A test compares each number and title with catalogues
that others publish: a title of ISO is the name of the control there, and a title of SOC 2 is short and has the words of
its criterion. The criteria of privacy (P1.0 to P8.1) are left out, because they are about what an organization does
with personal data.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SOC2 = "SOC 2, Trust Services Criteria 2017 (2022)"
ISO = "ISO/IEC 27001:2022, Annex A"


@dataclass(frozen=True, slots=True)
class Control:
    """A control and the subjects in `EVIDENCE` that show a part of it; none for one that only people can show."""

    framework: str
    number: str
    title: str
    subjects: Sequence[str] = ()


def _soc2(number: str, title: str, *subjects: str) -> Control:
    return Control(SOC2, number, title, subjects)


def _iso(number: str, title: str, *subjects: str) -> Control:
    return Control(ISO, number, title, subjects)


CONTROLS: Sequence[Control] = (
    _soc2("CC1.1", "Integrity and ethical values"),
    _soc2("CC1.2", "Oversight by the board"),
    _soc2("CC1.3", "Structures, authorities and responsibilities", "least-privilege"),
    _soc2("CC1.4", "Competent individuals"),
    _soc2("CC1.5", "Accountability"),
    _soc2("CC2.1", "Information for internal control", "logging", "inventory"),
    _soc2("CC2.2", "Internal communication"),
    _soc2("CC2.3", "External communication"),
    _soc2("CC3.1", "Objectives"),
    _soc2("CC3.2", "Identification of risks", "monitoring", "vulnerabilities"),
    _soc2("CC3.3", "Potential for fraud", "least-privilege"),
    _soc2("CC3.4", "Changes that impact internal control", "changes"),
    _soc2("CC4.1", "Evaluations of controls", "configuration"),
    _soc2("CC4.2", "Communication of deficiencies"),
    _soc2("CC5.1", "Control activities"),
    _soc2("CC5.2", "Controls over technology", "configuration", "least-privilege", "network"),
    _soc2("CC5.3", "Policies and procedures"),
    _soc2(
        "CC6.1",
        "Logical access",
        "identities",
        "sign-in",
        "least-privilege",
        "segregation",
        "at-rest",
        "keys",
        "inventory",
    ),
    _soc2("CC6.2", "Registration and removal of users", "identities", "sign-in"),
    _soc2("CC6.3", "Access based on roles and least privilege", "least-privilege", "privileged"),
    _soc2("CC6.4", "Physical access"),
    _soc2("CC6.5", "Discontinued protections of physical assets", "deletion"),
    _soc2("CC6.6", "Threats from outside the boundary", "network", "public", "firewall", "sign-in"),
    _soc2("CC6.7", "Transmission, movement and removal of information", "transit", "public"),
    _soc2("CC6.8", "Unauthorized or malicious software", "software", "privileged"),
    _soc2("CC7.1", "Detection of configuration changes and vulnerabilities", "configuration", "vulnerabilities"),
    _soc2("CC7.2", "Monitoring for anomalies", "monitoring", "logging"),
    _soc2("CC7.3", "Evaluation of security events", "logging", "monitoring"),
    _soc2("CC7.4", "Response to incidents", "monitoring"),
    _soc2("CC7.5", "Recovery from incidents", "backups"),
    _soc2("CC8.1", "Changes to infrastructure, data, software and procedures", "changes", "configuration"),
    _soc2("CC9.1", "Mitigation of business disruption", "backups", "redundancy"),
    _soc2("CC9.2", "Vendors and business partners"),
    _soc2("A1.1", "Capacity", "capacity"),
    _soc2("A1.2", "Environmental protections, data back-up and recovery", "backups", "redundancy"),
    _soc2("A1.3", "Tests of recovery"),
    _soc2("C1.1", "Identification of confidential information", "classification", "at-rest"),
    _soc2("C1.2", "Disposal of confidential information", "deletion"),
    _soc2("PI1.1", "Definition of data and processing"),
    _soc2("PI1.2", "System inputs"),
    _soc2("PI1.3", "System processing", "monitoring"),
    _soc2("PI1.4", "Delivery of outputs", "least-privilege"),
    _soc2("PI1.5", "Stored inputs, items in processing and outputs", "backups", "at-rest"),
    _iso("A.5.1", "Policies for information security"),
    _iso("A.5.2", "Information security roles and responsibilities"),
    _iso("A.5.3", "Segregation of duties", "least-privilege"),
    _iso("A.5.4", "Management responsibilities"),
    _iso("A.5.5", "Contact with authorities"),
    _iso("A.5.6", "Contact with special interest groups"),
    _iso("A.5.7", "Threat intelligence", "monitoring"),
    _iso("A.5.8", "Information security in project management"),
    _iso("A.5.9", "Inventory of information and other associated assets", "inventory"),
    _iso("A.5.10", "Acceptable use of information and other associated assets"),
    _iso("A.5.11", "Return of assets"),
    _iso("A.5.12", "Classification of information", "classification"),
    _iso("A.5.13", "Labelling of information", "classification"),
    _iso("A.5.14", "Information transfer", "transit"),
    _iso("A.5.15", "Access control", "least-privilege", "identities"),
    _iso("A.5.16", "Identity management", "identities"),
    _iso("A.5.17", "Authentication information", "credentials", "sign-in"),
    _iso("A.5.18", "Access rights", "least-privilege", "identities"),
    _iso("A.5.19", "Information security in supplier relationships"),
    _iso("A.5.20", "Addressing information security within supplier agreements"),
    _iso("A.5.21", "Managing information security in the ICT supply chain", "software"),
    _iso("A.5.22", "Monitoring, review and change management of supplier services"),
    _iso("A.5.23", "Information security for use of cloud services", "configuration", "inventory"),
    _iso("A.5.24", "Information security incident management planning and preparation"),
    _iso("A.5.25", "Assessment and decision on information security events", "monitoring"),
    _iso("A.5.26", "Response to information security incidents"),
    _iso("A.5.27", "Learning from information security incidents"),
    _iso("A.5.28", "Collection of evidence", "logging"),
    _iso("A.5.29", "Information security during disruption", "backups"),
    _iso("A.5.30", "ICT readiness for business continuity", "backups", "redundancy"),
    _iso("A.5.31", "Legal, statutory, regulatory and contractual requirements"),
    _iso("A.5.32", "Intellectual property rights"),
    _iso("A.5.33", "Protection of records", "logging"),
    _iso("A.5.34", "Privacy and protection of PII", "masking"),
    _iso("A.5.35", "Independent review of information security"),
    _iso("A.5.36", "Compliance with policies, rules and standards for information security", "configuration"),
    _iso("A.5.37", "Documented operating procedures"),
    _iso("A.6.1", "Screening"),
    _iso("A.6.2", "Terms and conditions of employment"),
    _iso("A.6.3", "Information security awareness, education and training"),
    _iso("A.6.4", "Disciplinary process"),
    _iso("A.6.5", "Responsibilities after termination or change of employment"),
    _iso("A.6.6", "Confidentiality or non-disclosure agreements"),
    _iso("A.6.7", "Remote working"),
    _iso("A.6.8", "Information security event reporting"),
    _iso("A.7.1", "Physical security perimeters"),
    _iso("A.7.2", "Physical entry"),
    _iso("A.7.3", "Securing offices, rooms and facilities"),
    _iso("A.7.4", "Physical security monitoring"),
    _iso("A.7.5", "Protecting against physical and environmental threats"),
    _iso("A.7.6", "Working in secure areas"),
    _iso("A.7.7", "Clear desk and clear screen"),
    _iso("A.7.8", "Equipment siting and protection"),
    _iso("A.7.9", "Security of assets off-premises"),
    _iso("A.7.10", "Storage media"),
    _iso("A.7.11", "Supporting utilities"),
    _iso("A.7.12", "Cabling security"),
    _iso("A.7.13", "Equipment maintenance"),
    _iso("A.7.14", "Secure disposal or re-use of equipment"),
    _iso("A.8.1", "User endpoint devices"),
    _iso("A.8.2", "Privileged access rights", "privileged"),
    _iso("A.8.3", "Information access restriction", "least-privilege", "public"),
    _iso("A.8.4", "Access to source code"),
    _iso("A.8.5", "Secure authentication", "sign-in", "credentials"),
    _iso("A.8.6", "Capacity management", "capacity"),
    _iso("A.8.7", "Protection against malware", "monitoring", "software"),
    _iso("A.8.8", "Management of technical vulnerabilities", "vulnerabilities"),
    _iso("A.8.9", "Configuration management", "configuration"),
    _iso("A.8.10", "Information deletion", "deletion"),
    _iso("A.8.11", "Data masking", "masking"),
    _iso("A.8.12", "Data leakage prevention", "public", "network"),
    _iso("A.8.13", "Information backup", "backups"),
    _iso("A.8.14", "Redundancy of information processing facilities", "redundancy"),
    _iso("A.8.15", "Logging", "logging"),
    _iso("A.8.16", "Monitoring activities", "monitoring"),
    _iso("A.8.17", "Clock synchronization"),
    _iso("A.8.18", "Use of privileged utility programs", "privileged"),
    _iso("A.8.19", "Installation of software on operational systems", "software"),
    _iso("A.8.20", "Networks security", "network"),
    _iso("A.8.21", "Security of network services", "network", "transit", "firewall"),
    _iso("A.8.22", "Segregation of networks", "segregation"),
    _iso("A.8.23", "Web filtering", "network"),
    _iso("A.8.24", "Use of cryptography", "at-rest", "transit", "keys"),
    _iso("A.8.25", "Secure development life cycle"),
    _iso("A.8.26", "Application security requirements"),
    _iso("A.8.27", "Secure system architecture and engineering principles", "segregation", "least-privilege"),
    _iso("A.8.28", "Secure coding"),
    _iso("A.8.29", "Security testing in development and acceptance"),
    _iso("A.8.30", "Outsourced development"),
    _iso("A.8.31", "Separation of development, test and production environments", "environments"),
    _iso("A.8.32", "Change management", "changes"),
    _iso("A.8.33", "Test information"),
    _iso("A.8.34", "Protection of information systems during audit testing"),
)
